//! The page as a reader gets it.

use roxmltree::{Document, ParsingOptions};
use serde_json::json;

use super::*;

const HOSTILE: &str =
    "<script>alert(1)</script>\"'><img src=x onerror=y>]]>&\u{202e}\u{61c}\u{0}{{ 111 * 111 }}";

fn tally(low: u64, high: u64) -> Value {
    json!({ "findings": low + high, "low": low, "medium": 0, "high": high, "critical": 0, "unknown": 0 })
}

fn empty() -> Value {
    json!({
        "schema": "guardsift.backtest/v1", "as_of": "2026-04-01T00:00:00Z",
        "rule_set": { "files": [], "hash": "0".repeat(64), "rules": 0 },
        "history": { "sources": [], "objects": 0, "findings": 0, "versions": 0, "duplicates": 0,
            "events": 0, "first": null, "last": null, "counted": "newest", "since": null,
            "until": null, "accounts": [], "regions": [], "problems": [], "problem_count": 0 },
        "totals": { "archive": tally(0, 0), "notify": tally(0, 0), "noop": tally(0, 0) },
        "days": [], "types": [], "accounts": [], "rules": [],
        "unmatched": { "decided": tally(0, 0), "types": [], "accounts": [], "first_seen": null, "last_seen": null },
        "never_matched": [], "broad": [], "expired": [], "regrets": [], "regret_count": 0,
        "riskiest": [], "difference": null, "conditions": [],
    })
}

/// Every member filled; `text` is in every place that an attacker or an author of rules chooses.
fn rich(text: &str) -> Value {
    let days: Vec<_> = (1..=28)
        .map(|day| {
            let date = format!("2026-02-{day:02}");
            json!({ "date": date, "archive": 40 + day * 3, "notify": 120 - day * 4, "noop": day % 5 })
        })
        .collect();
    let ranked = json!([
        { "name": text, "archive": 9_000, "notify": 1_200, "noop": 0 },
        { "name": null, "archive": 3_345, "notify": 800, "noop": 55 },
    ]);
    let names = json!([{ "name": text, "findings": 12_000 }, { "name": null, "findings": 345 }]);
    let finding = json!({
        "id": text, "account": text, "region": text, "type": text, "severity": 8.0, "level": "high",
        "count": 1_234, "updated_at": "2026-02-03T04:05:06.789Z", "rule": text, "action": "archive",
        "why": [text, "High and archived"], "archived_at": "2026-02-03T04:05:06Z",
        "severity_then": 2.0, "severity_after": 8.5, "count_then": 1, "count_after": 9,
        "from": "notify", "from_rule": null, "to": "archive", "to_rule": text,
    });
    let rule = json!({
        "name": text, "action": "archive", "reason": text, "owner": text,
        "expires": "2026-06-30T00:00:00Z", "expired": true, "file": text, "line": 7,
        "text": format!("- name: {text}\n  action: archive\n"), "matched": 12_350,
        "decided": tally(12_340, 5), "share": 0.8573, "first_seen": "2026-02-01T00:00:00Z",
        "last_seen": "2026-02-28T00:00:00Z", "types": names, "accounts": names,
        "overruled": { "above-ceiling": 3 },
        "regret": { "archived": 12_345, "rose": 1, "recurred": 2, "joined": 0 },
    });
    json!({
        "schema": "guardsift.backtest/v1", "as_of": "2026-04-01T00:00:00Z",
        "rule_set": { "files": [text], "hash": "a1".repeat(32), "rules": 20 },
        "history": { "sources": [text], "objects": 879, "findings": 14_400, "versions": 199_000,
            "duplicates": 1_000, "events": 3, "first": "2026-02-01T00:00:00Z",
            "last": "2026-02-28T00:00:00Z", "counted": "newest", "since": "2026-02-01T00:00:00Z",
            "until": null, "accounts": [text], "regions": [text],
            "problems": [{ "source": text, "reason": text }], "problem_count": 2_500 },
        "totals": { "archive": tally(12_340, 5), "notify": tally(1_900, 100), "noop": tally(55, 0) },
        "days": days, "types": ranked, "accounts": ranked, "rules": [rule],
        "unmatched": { "decided": tally(1_700, 77), "types": names, "accounts": names,
            "first_seen": "2026-02-01T00:00:00Z", "last_seen": "2026-02-28T00:00:00Z" },
        "never_matched": [text, "gone"], "broad": [{ "rule": text, "share": 0.8573 }],
        "expired": [text], "regrets": [finding], "regret_count": 4_321, "riskiest": [finding],
        "difference": { "against": { "files": [text], "hash": "b2".repeat(32) }, "changed": 6_789,
            "changes": [{ "from": "notify", "to": "archive", "findings": tally(6_780, 9) }],
            "findings": [finding] },
        "conditions": [
            { "condition": "archived.high>0", "value": 5, "failed": true },
            { "condition": "regret>9000", "value": 4_321, "failed": false },
        ],
    })
}

/// The page and its text, without tags; fails when it is not well-formed.
fn page(result: &Value) -> (String, String) {
    let page = render(result).unwrap_or_else(|error| panic!("{error:#}"));
    let shown = {
        let document = parse(&page);
        let body = document.descendants().find(|node| node.has_tag_name("body")).unwrap();
        let texts =
            body.descendants().filter_map(|node| node.is_text().then(|| node.text()).flatten());
        texts.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    (page, shown)
}

fn parse(page: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(page, options).unwrap_or_else(|error| panic!("{error}\n{page}"))
}

#[test]
fn the_headline_and_the_sections_carry_the_numbers() {
    let (_, shown) = page(&rich("Recon:EC2/Portscan"));
    for told in [
        "Of 14,400 findings, 20 rules would have archived 12,345 (85.7%) and notified you of 2,000.",
        "Of those archived, 5 were High.",
        "1 condition of 2 failed: archived.high>0 (it is 5)",
        "of 105 High",
        "12,345 decided, 85.7% of all",
        "12,340 Low",
        "12,350 records",
        "3 by above-ceiling",
        "of 12,345 archived: 1 rose, 2 recurred, 0 joined an attack sequence",
        "6,789 findings (47.1%) would be decided otherwise",
        "4,321 findings would have been archived and then got worse",
        "The first 1 of 4,321 are shown.",
        "2.0 → 8.5",
        "2026-02-03 04:05 UTC",
        "1,777 findings matched no rule",
        "2,500 records could not be read and are in no number on this page.",
        "879 objects with 14,400 findings in 199,000 versions",
        &"a1".repeat(32),
        "all others 345",
    ] {
        assert!(shown.contains(told), "{told:?} is not in {shown}");
    }
}

#[test]
fn an_empty_section_says_so() {
    let (_, shown) = page(&empty());
    for told in [
        "There was nothing to decide",
        "No finding has a date",
        "Nothing was decided",
        "No decision stands out as risky.",
        "The rule set has no rules.",
        "Nothing that would have been archived got worse",
        "Every finding was matched by a rule.",
        "Every rule matched something.",
        "No rule is too broad.",
        "No rule has expired.",
        "All of the history could be read.",
        "No condition was set.",
    ] {
        assert!(shown.contains(told), "{told:?} is not in {shown}");
    }
    assert!(!shown.contains("What changes"));
}

#[test]
fn what_is_not_known_is_a_dash_and_no_program_text() {
    let mut result = rich("a");
    for own in
        ["id", "account", "region", "type", "severity", "level", "count", "updated_at", "rule"]
    {
        result["riskiest"][0][own] = Value::Null;
    }
    for own in ["reason", "owner", "expires", "first_seen", "last_seen"] {
        result["rules"][0][own] = Value::Null;
    }
    let (_, shown) = page(&result);
    assert!(shown.contains("No reason is given."));
    assert!(shown.contains("Owner nobody") || shown.contains("Ownernobody"));
    assert!(!shown.contains("null") && !shown.contains("undefined") && !shown.contains("None "));
}

#[test]
fn hostile_strings_are_text() {
    let (page, shown) = page(&rich(HOSTILE));
    assert_eq!(page.matches("<script").count(), 0);
    assert_eq!(page.matches("<img").count(), 0);
    for raw in ["]]>", "\u{202e}", "\u{61c}", "\u{0}", "12321"] {
        assert_eq!(page.matches(raw).count(), 0, "{raw:?}");
    }
    assert!(shown.contains(
        "<script>alert(1)</script>\"'><img src=x onerror=y>]]>&\u{fffd}\u{fffd}\u{fffd}{{ 111 * 111 }}"
    ));
}

#[test]
fn nothing_is_fetched_and_nothing_runs() {
    let (page, _) = page(&rich("a"));
    for fetched in ["http:", "https:", "src=", "url(", "@import", "javascript:"] {
        assert!(!page.contains(fetched), "{fetched}");
    }
    let document = parse(&page);
    let elements: Vec<_> = document.descendants().filter(|node| node.is_element()).collect();
    for node in &elements {
        let name = node.tag_name().name();
        assert!(
            !["script", "link", "img", "iframe", "object", "base", "form"].contains(&name),
            "{name}"
        );
        for attribute in node.attributes() {
            assert!(!attribute.name().starts_with("on"), "{attribute:?}");
            assert!(
                attribute.name() != "href" || attribute.value().starts_with('#'),
                "{attribute:?}"
            );
        }
    }
    let policy = elements.iter().find_map(|node| {
        node.attribute("http-equiv").filter(|own| *own == "Content-Security-Policy")?;
        node.attribute("content")
    });
    assert_eq!(policy, Some("default-src 'none'; style-src 'unsafe-inline'"));
}

#[test]
fn links_lead_somewhere_and_drawings_and_tables_are_named() {
    let (page, _) = page(&rich("a"));
    let document = parse(&page);
    let elements: Vec<_> = document.descendants().filter(|node| node.is_element()).collect();
    let ids: Vec<_> = elements.iter().filter_map(|node| node.attribute("id")).collect();
    let unique: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(ids.len(), unique.len(), "{ids:?}");
    let linked = elements.iter().filter_map(|node| node.attribute("href"));
    let labels = elements.iter().filter_map(|node| node.attribute("aria-labelledby"));
    for id in
        linked.map(|own| own.trim_start_matches('#')).chain(labels.flat_map(str::split_whitespace))
    {
        assert!(ids.contains(&id), "{id}");
    }
    assert!(page.contains("href=\"#rule-1\""));
    let first = |tag: &str, child: &str| {
        let mut tagged = elements.iter().filter(|node| node.has_tag_name(tag)).peekable();
        assert!(tagged.peek().is_some(), "{tag}");
        for node in tagged {
            assert!(node.first_element_child().unwrap().has_tag_name(child), "{node:?}");
        }
    };
    first("svg", "title");
    first("table", "caption");
}

#[test]
fn only_so_many_findings_are_shown() {
    let mut result = rich("a");
    let one = result["riskiest"][0].clone();
    result["riskiest"] = vec![one; 450].into();
    let (_, shown) = page(&result);
    assert!(shown.contains("The first 200 of 450 are shown."));
}

#[test]
fn a_result_of_another_shape_is_an_error_that_says_so() {
    let error = render(&json!({ "schema": "guardsift.backtest/v1" })).unwrap_err();
    assert!(format!("{error:#}").contains("does not fit the HTML report"), "{error:#}");
}
