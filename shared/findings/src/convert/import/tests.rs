//! Imports of every shape, and of what is no filter.

use super::{Import, import};
use crate::{RuleSet, RuleSource};

fn imported(text: &str) -> Import {
    let import = import(&[RuleSource { name: "filters", text }]);
    if !import.text.is_empty() {
        let source = RuleSource { name: "rules.yaml", text: &import.text };
        let rules =
            RuleSet::parse(&[source]).unwrap_or_else(|error| panic!("{error}\n{}", import.text));
        let names: Vec<_> = rules.rules().iter().map(|rule| rule.name.clone()).collect();
        assert_eq!(names, import.rules);
    }
    import
}

/// The text of the rules alone, when there are no problems.
fn rules(text: &str) -> String {
    let import = imported(text);
    assert!(import.problems.is_empty(), "{:?}", import.problems);
    let rules = import.text.split_once("rules:\n").unwrap().1;
    rules.lines().filter(|line| !line.trim().starts_with('#')).collect::<Vec<_>>().join("\n")
}

/// Every problem as it is shown.
fn problems(text: &str) -> Vec<String> {
    imported(text).problems.iter().map(ToString::to_string).collect()
}

fn assert_problem(text: &str, parts: &[&str]) {
    let found = problems(text);
    assert!(
        found.iter().any(|problem| parts.iter().all(|part| problem.contains(part))),
        "{parts:?} is not among {found:#?}"
    );
}

#[test]
fn a_filter_reads_the_same_in_the_casing_of_the_api_and_of_the_cli() {
    let wire = r#"{"name":"probes","action":"ARCHIVE","rank":2,"description":"Background noise",
        "findingCriteria":{"criterion":{"severity":{"lt":4},"type":{"eq":["Recon:EC2/PortProbe"],"equals":["Recon:EC2/PortProbe"]}}}}"#;
    let cli = r#"{"Name":"probes","Action":"ARCHIVE","Rank":2,"Description":"Background noise","Tags":{},"Version":3,
        "FindingCriteria":{"Criterion":{"severity":{"LessThan":4},"type":{"Equals":["Recon:EC2/PortProbe"]}}}}"#;
    let expected = "  - name: probes
    action: archive
    reason: Background noise
    criteria:
      severity: { lessThan: 4 }
      type: { equals: [\"Recon:EC2/PortProbe\"] }";
    assert_eq!(rules(wire), expected);
    assert_eq!(rules(cli), expected);
    let both = imported(&format!("[{wire},{cli}]"));
    assert_eq!(both.rules, ["probes"], "one filter in two casings is one rule");
}

#[test]
fn filters_stand_in_the_order_of_their_ranks_and_keep_apart_by_name() {
    let filter = |name: &str, rank: &str, region: &str| {
        format!(
            r#"{{"name":"{name}","action":"NOOP"{rank},"findingCriteria":{{"criterion":{{"region":{{"equals":["{region}"]}}}}}}}}"#
        )
    };
    let several = [
        filter("last", "", "a"),
        filter("same", ",\"rank\":7", "b"),
        filter("with space", ",\"rank\":1", "c"),
        filter("same", ",\"rank\":7", "d"),
    ];
    let import = imported(&several.join("\n"));
    assert_eq!(import.rules, ["with-space", "same", "same-2", "last"]);
    assert!(import.text.contains("# In GuardDuty it is called: with space"), "{}", import.text);
    assert!(
        import.text.contains("# A filter of GuardDuty, from filters. Rank 7."),
        "{}",
        import.text
    );
    assert!(import.text.contains("so it becomes `notify`"), "{}", import.text);
    let listed = imported(&format!("{{\"Filters\":[{}]}}", several.join(",")));
    assert_eq!(listed.rules, import.rules);
}

const PLAN: &str = r#"{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{"root_module":{
 "resources":[{"address":"aws_guardduty_filter.noise","mode":"managed","type":"aws_guardduty_filter","name":"noise",
   "values":{"action":"ARCHIVE","description":"","finding_criteria":[{"criterion":[
     {"equals":null,"field":"updatedAt","greater_than":"","greater_than_or_equal":"2026-01-01T00:00:00Z","less_than":"1767312000000","less_than_or_equal":"","matches":null,"not_equals":[],"not_matches":null},
     {"equals":["eu-west-1"],"field":"region","greater_than":"","greater_than_or_equal":"","less_than":"","less_than_or_equal":""},
     {"field":"type","matches":["Recon:*"],"not_matches":["*!DNS"]}]}],
    "name":"noise","rank":1,"tags":{"team":"secops"},"tags_all":{"team":"secops"}}}],
 "child_modules":[{"address":"module.more","resources":[{"address":"module.more.aws_guardduty_filter.one[0]","mode":"managed",
   "type":"aws_guardduty_filter","name":"one","values":{"action":"NOOP","name":"one","rank":2,
   "finding_criteria":[{"criterion":[{"equals":["8"],"field":"severity"}]}]}},
   {"address":"aws_sqs_queue.q","mode":"managed","type":"aws_sqs_queue","name":"q","values":{}}]}]}},
 "resource_changes":[{"address":"aws_guardduty_filter.noise","change":{"after_unknown":{"arn":true,"finding_criteria":[{"criterion":[{},{}]}]}}}]}"#;

#[test]
fn a_terraform_plan_gives_its_filters_from_every_module() {
    let expected = "  - name: noise
    action: archive
    criteria:
      updatedAt:
        greaterThanOrEqual: \"2026-01-01T00:00:00Z\"
        lessThan: 1767312000000
      region: { equals: [\"eu-west-1\"] }
      type:
        matches: [\"Recon:*\"]
        notMatches: [\"*!DNS\"]

  - name: one
    action: notify
    criteria:
      severity: { equals: [\"8\"] }";
    assert_eq!(rules(PLAN), expected);
    assert!(imported(PLAN).text.contains(r#"# Its tags: {"team":"secops"}"#));
    assert_eq!(rules(&PLAN.replace("planned_values", "values")), expected);
}

#[test]
fn a_plan_that_does_not_know_its_criteria_yet_is_a_problem() {
    let unknown = PLAN.replace(r#""criterion":[{},{}]"#, r#""criterion":[{"equals":true},{}]"#);
    assert_problem(&unknown, &["aws_guardduty_filter.noise", "only known after apply"]);
    assert_eq!(imported(&unknown).rules, ["one"]);
    let twice = PLAN.replace(r#""field":"region""#, r#""field":"updatedAt""#);
    assert_problem(&twice, &["a second criterion for `updatedAt`"]);
    let nothing = PLAN
        .replace(r#"{"equals":["8"],"field":"severity"}"#, r#"{"equals":[],"field":"severity"}"#);
    assert_problem(&nothing, &["`severity` has no operator"]);
}

#[test]
fn a_cloudformation_template_gives_its_filters_in_json_and_yaml() {
    let yaml = "AWSTemplateFormatVersion: '2010-09-09'
Resources:
  Detector: { Type: AWS::GuardDuty::Detector, Properties: { Enable: true } }
  Scanners:
    Type: AWS::GuardDuty::Filter
    Condition: IsProd
    Properties:
      Action: ARCHIVE
      DetectorId: !Ref Detector
      Description: !Sub 'Scanners of ${AWS::Region}'
      Rank: '3'
      FindingCriteria:
        Criterion:
          severity: { Lt: '4' }
          service.count: { Gte: 0 }
          id: { Neq: [x] }
";
    let expected = "  - name: Scanners
    action: archive
    criteria:
      severity: { lessThan: 4 }
      service.count: { greaterThanOrEqual: 0 }
      id: { notEquals: [\"x\"] }";
    assert_eq!(rules(yaml), expected);
    let text = imported(yaml).text;
    for part in ["the condition IsProd holds", "Its Description is computed: {\"!Sub\":", "Rank 3."]
    {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let json = r#"{"Resources":{"Scanners":{"Type":"AWS::GuardDuty::Filter","Properties":{"Action":"ARCHIVE",
        "FindingCriteria":{"Criterion":{"severity":{"Lt":4},"service.count":{"Gte":0},"id":{"Neq":["x"]}}}}}}}"#;
    assert_eq!(rules(json), expected);
    let computed = yaml.replace("Neq: [x]", "Neq: [!Ref Id]");
    assert_problem(&computed, &["filters:16:", "Scanners: expected text", "a map"]);
    let computed = json.replace(r#"["x"]"#, r#"{"Ref":"Ids"}"#);
    assert_problem(&computed, &["expected text", "a map"]);
    let looped = r#"{"Resources":{"Fn::ForEach::F":["R",["a"],{"F${R}":{"Type":"AWS::GuardDuty::Filter"}}]}}"#;
    assert_problem(looped, &["Fn::ForEach::F", "only CloudFormation knows"]);
}

#[test]
fn what_is_no_filter_is_named_with_what_to_do() {
    for (text, parts) in [
        (r#"{"FilterNames":["a"]}"#, ["names and nothing else", "get-filter"]),
        (r#"{"Criterion":{"severity":{"Lt":4}}}"#, ["without a filter", "under its `criteria:`"]),
        (
            r#"{"version":4,"terraform_version":"1.11.4","resources":[]}"#,
            ["state file", "terraform show"],
        ),
        ("version: 1\nrules: []\n", ["no filter", "get-filter"]),
        ("", ["there is no filter", "get-filter"]),
        (r#"{"Resources":{}}"#, ["there is no filter", "get-filter"]),
        ("[7]", ["a number and no filter", "get-filter"]),
        ("{\"a\": [}", ["GS0001", ":1:"]),
    ] {
        assert_problem(text, &parts);
        assert!(imported(text).rules.is_empty());
    }
}

#[test]
fn what_a_filter_says_and_a_rule_cannot_is_a_problem_and_leaves_the_others_alone() {
    let good =
        r#"{"Name":"good","Action":"NOOP","FindingCriteria":{"Criterion":{"severity":{"Gte":4}}}}"#;
    for (criterion, parts) in [
        (r#"{"severty":{"Gte":4}}"#, ["`severty` is no filter attribute", "`severity`"]),
        (r#"{"title":{"Eq":["a"]}}"#, ["GS0011", "`title`"]),
        (r#"{"any":[{"severity":{"Gte":4}}]}"#, ["`any` is no filter attribute", ""]),
        (r#"{"severity":{"Near":4}}"#, ["no operator `Near`", "`lessThan`"]),
        (r#"{"id":{"cidr":["192.0.2.0/24"]}}"#, ["no operator `cidr`", "`lessThan`"]),
        (r#"{"severity":{"Equals":["8","15"]}}"#, ["`15`", "0 to 10"]),
        (r#"{"severity":{"Gte":"4"}}"#, ["expected a number, found text", ""]),
        (
            r#"{"severity":{"Gt":3,"GreaterThan":4}}"#,
            ["second, different `greaterThan`", "older names"],
        ),
        (r#"{"severity":{}}"#, ["`severity` has no operator", ""]),
        (r#"{"severity":7}"#, ["takes a map of operators", ""]),
        (r#"{}"#, ["empty criteria", ""]),
    ] {
        let bad = format!(
            r#"{{"Name":"bad","Action":"ARCHIVE","FindingCriteria":{{"Criterion":{criterion}}}}}"#
        );
        let text = format!("{good}\n{bad}");
        assert_problem(&text, &["filters:2:", "filter bad: ", parts[0], parts[1]]);
        assert_eq!(imported(&text).rules, ["good"], "{criterion}");
    }
    for (own, other, part) in [
        ("\"Action\":\"NOOP\"", "\"Action\":\"DELETE\"", "`DELETE` is no action"),
        ("\"Action\":\"NOOP\"", "\"Rank\":101", "`101` is no rank"),
        ("\"Action\":\"NOOP\"", "\"Scope\":\"ORG\"", "`Scope` of a filter is not known"),
        ("\"Name\":\"good\",", "", "a filter: it has no name"),
        ("\"Criterion\":", "\"Other\":{},\"Criterion\":", "`Other`"),
    ] {
        assert_problem(&good.replace(own, other), &[part]);
    }
}

#[test]
fn long_lists_and_odd_texts_survive_the_way_into_yaml() {
    let values: Vec<_> = (0..50).map(|number| format!("i-{number:017}")).collect();
    let json = serde_json::to_string(&values).unwrap();
    let text = format!(
        r##"{{"name":"#odd: [name]","action":"NOOP","description":"a: \"b\"\n# c","tags":{{"a\nb":"c"}},
        "findingCriteria":{{"criterion":{{"resource.instanceDetails.instanceId":{{"equals":{json}}},"id":{{"notEquals":["'","\u0007"]}}}}}}}}"##
    );
    let import = imported(&text);
    assert_eq!(import.rules, ["-odd---name-"]);
    assert_eq!(import.text.matches("          - \"i-").count(), 50);
    assert!(import.text.contains(r#"reason: "a: \"b\"\n# c""#), "{}", import.text);
}
