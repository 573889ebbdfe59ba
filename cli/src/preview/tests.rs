//! The page as a reader gets it.

use findings::{
    Finding,
    message::{Background, Message, Payload},
};
use roxmltree::{Document, ParsingOptions};

use super::{To, body, page};

const HOSTILE: &str = "</script><script>alert(1)</script>\"'><img src=x onerror=y>]]>&\u{202e}\u{0}{{ 7 * 7 }} <!channel> [x](javascript:y)";

/// The page about a finding that has the text wherever it has one; fails when it is not
/// well-formed.
fn page(to: To, text: &str) -> String {
    let json = serde_json::json!({
        "id": "8ab1c2d3e4f5", "region": "us-east-1", "partition": "aws", "severity": 8,
        "type": text, "accountId": text, "title": text, "description": format!("2 {text}"),
        "resource": {"lambdaDetails": {"functionName": text}},
        "service": {"action": {"awsApiCallAction": {"api": text}}},
    });
    let finding = Finding::parse(&json.to_string()).unwrap();
    let message = Message::new(&finding, &Background::default());
    let body = body(to, Payload::Raw, &message);
    let sheet = page::Sheet::new(to, text, Some(text.to_owned()), &body).unwrap();
    page::render(to, &[sheet]).unwrap()
}

fn parse(page: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(page, options).unwrap_or_else(|error| panic!("{error}\n{page}"))
}

const ALL: [To; 7] =
    [To::Slack, To::Teams, To::Pagerduty, To::Sns, To::Sqs, To::Eventbridge, To::Webhook];

#[test]
fn a_hostile_finding_stays_text_on_every_page() {
    for to in ALL {
        let page = page(to, &HOSTILE.replace('\0', ""));
        let document = parse(&page);
        for node in document.descendants().filter(roxmltree::Node::is_element) {
            let name = node.tag_name().name();
            assert!(!["script", "img", "iframe", "link", "form"].contains(&name), "{name}");
            for attribute in node.attributes() {
                assert!(!attribute.name().starts_with("on"), "{}", attribute.name());
            }
            if let Some(url) = node.attribute("href") {
                assert!(url.starts_with("https://us-east-1.console.aws.amazon.com/"), "{url}");
            }
        }
        assert!(!page.contains("<script>") && page.contains("alert(1)"));
    }
}

#[test]
fn slack_and_teams_show_the_same_facts_and_links() {
    for to in [To::Slack, To::Teams] {
        let page = page(to, "thumbnail");
        let document = parse(&page);
        let texts = |name: &str| -> Vec<_> {
            let own = document.descendants().filter(|node| node.has_tag_name(name));
            own.filter_map(|node| node.text()).map(str::to_owned).collect()
        };
        assert_eq!(texts("h3"), ["High 8: thumbnail"]);
        assert_eq!(texts("a"), ["Finding", "Resource"]);
        let labels = ["Account", "Region", "Resource", "Action", "Type", "Sent by"];
        assert_eq!(texts("dt"), labels);
        assert_eq!(texts("dd")[2], "Lambda function thumbnail");
    }
}
