//! From a finding and the rules to what is told, and to whom.

use findings::{Action, Decision, Destination, Finding, FindingType, Guard, RuleSet, Severity};
use tracing::info;

/// A decision with the hash of the rules that made it; `None` when there are no rules.
pub(crate) type Decided<'a> = Option<(Decision<'a>, &'a str)>;

/// What is to be told and to whom; `None` when nothing is. No rules: everything, to the default
/// topic. No route: to the default topic too. A sample is told when a rule names it, or where the
/// rules say that samples go. What comes back and `stays` open is told although a rule archives it.
pub(crate) fn decided<'a>(
    ruled: Option<(&'a RuleSet, Decision<'a>)>,
    finding: &'a Finding,
    stays: bool,
    default: &'a Destination,
) -> Option<(Decided<'a>, Vec<&'a Destination>)> {
    let Some((rules, decision)) = ruled else {
        return (!finding.is_sample()).then(|| (None, vec![default]));
    };
    log(finding, &decision, rules);
    let samples = rules.samples().filter(|_| finding.is_sample());
    let is_told = decision.action == Action::Notify
        || (stays && decision.action == Action::Archive)
        || (samples.is_some() && decision.guard == Some(Guard::Sample));
    if !is_told {
        return None;
    }
    let routed = samples.unwrap_or_else(|| rules.route(finding));
    let destinations = if routed.is_empty() { vec![default] } else { routed };
    Some((Some((decision, rules.hash())), destinations))
}

/// Only what GuardDuty or a rule's author chose; what an attacker can write stays out.
fn log(finding: &Finding, decision: &Decision<'_>, rules: &RuleSet) {
    info!(
        finding.id = finding.id(),
        finding.r#type = finding.finding_type().map(FindingType::as_str),
        finding.severity = finding.severity().map(Severity::value),
        finding.account = finding.account_id(),
        finding.region = finding.region(),
        decision.action = decision.action.as_str(),
        decision.rule = decision.rule_name(),
        decision.guard = decision.guard.map(Guard::as_str),
        decision.rule_set = rules.hash(),
        "decided"
    );
}

#[cfg(test)]
mod tests {
    use findings::{DestinationKind, RuleSource, Timestamp};

    use super::*;

    const RULES: &str = r"
version: 1
rules:
  - name: probes
    action: archive
    reason: noise
    owner: secops@example.com
    criteria: { type: { equals: ['Recon:EC2/PortProbeUnprotectedPort'] } }
  - name: drill
    action: notify
    criteria: { type: { equals: ['Drill:EC2/Drill'] } }
destinations:
  team: { webhook: { url: 'https://hooks.example.com/x' } }
routes:
  - { criteria: { severity: { greaterThanOrEqual: 7 } }, to: [team] }
";

    fn default() -> Destination {
        Destination {
            name: "default".into(),
            kind: DestinationKind::Sns {
                topic_arn: "arn:aws:sns:eu-west-1:111122223333:t".into(),
                payload: Default::default(),
            },
        }
    }

    fn ruled<'a>(
        rules: Option<&'a RuleSet>,
        finding: &'a Finding,
    ) -> Option<(&'a RuleSet, Decision<'a>)> {
        let as_of = Timestamp::from_epoch_millis(1_790_000_000_000);
        rules.map(|rules| (rules, rules.decide(finding, as_of)))
    }

    fn told(rules: Option<&RuleSet>, json: &str) -> Option<(Option<String>, Vec<String>)> {
        let (finding, default) = (Finding::parse(json).unwrap(), default());
        let (decision, to) = decided(ruled(rules, &finding), &finding, false, &default)?;
        let rule = decision.and_then(|(decision, _)| decision.rule_name());
        Some((rule.map(str::to_owned), to.iter().map(|to| to.name.clone()).collect()))
    }

    fn rules() -> RuleSet {
        RuleSet::parse(&[RuleSource { name: "rules.yaml", text: RULES }]).unwrap()
    }

    const PLAIN: &str = r#"{"id":"f1","type":"Backdoor:EC2/C&CActivity.B","severity":5}"#;

    #[test]
    fn without_a_route_the_default_topic_is_told_and_with_one_its_destinations() {
        assert_eq!(told(Some(&rules()), PLAIN), Some((None, vec!["default".into()])));
        let high = PLAIN.replace(":5}", ":8}");
        assert_eq!(told(Some(&rules()), &high), Some((None, vec!["team".into()])));
    }

    #[test]
    fn what_a_rule_archives_nobody_is_told() {
        assert_eq!(
            told(
                Some(&rules()),
                r#"{"id":"f1","type":"Recon:EC2/PortProbeUnprotectedPort","severity":2,"updatedAt":"2026-01-01T00:00:00Z"}"#
            ),
            None
        );
    }

    #[test]
    fn what_a_rule_archives_is_told_when_it_comes_back_and_stays() {
        let finding = Finding::parse(r#"{"id":"f1","type":"Recon:EC2/PortProbeUnprotectedPort","severity":2,"updatedAt":"2026-01-01T00:00:00Z"}"#).unwrap();
        let (rules, default) = (rules(), default());
        let (_, to) = decided(ruled(Some(&rules), &finding), &finding, true, &default).unwrap();
        assert_eq!(to.len(), 1);
        assert_eq!(to[0].name, "default");
    }

    #[test]
    fn a_sample_is_told_only_when_a_rule_says_so() {
        let sample = |kind: &str| {
            format!(
                r#"{{"id":"f1","type":"{kind}","severity":5,"service":{{"additionalInfo":{{"sample":true}}}}}}"#
            )
        };
        assert_eq!(told(Some(&rules()), &sample("Backdoor:EC2/Spambot")), None);
        assert_eq!(
            told(Some(&rules()), &sample("Drill:EC2/Drill")),
            Some((Some("drill".into()), vec!["default".into()]))
        );
        assert_eq!(told(None, &sample("Drill:EC2/Drill")), None);
    }

    #[test]
    fn where_samples_have_a_route_they_go_there_and_nowhere_else() {
        let text = format!("{RULES}samples: [team]\n");
        let rules = RuleSet::parse(&[RuleSource { name: "rules.yaml", text: &text }]).unwrap();
        let sample = |kind: &str| {
            format!(
                r#"{{"id":"f1","type":"{kind}","severity":5,"service":{{"additionalInfo":{{"sample":true}}}}}}"#
            )
        };
        assert_eq!(
            told(Some(&rules), &sample("Backdoor:EC2/Spambot")),
            Some((None, vec!["team".into()]))
        );
        assert_eq!(
            told(Some(&rules), &sample("Drill:EC2/Drill")),
            Some((Some("drill".into()), vec!["team".into()]))
        );
        assert_eq!(told(Some(&rules), PLAIN), Some((None, vec!["default".into()])));
    }

    #[test]
    fn without_rules_everything_but_samples_goes_to_the_default_topic() {
        assert_eq!(told(None, PLAIN), Some((None, vec!["default".into()])));
    }
}
