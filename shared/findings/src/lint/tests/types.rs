//! Known, retired and withdrawn names.

use super::*;

#[test]
fn types_are_known_and_reported_and_patterns_cover_some() {
    for (condition, code) in [
        ("{ equals: ['Recon:EC2/PortProbeUnprotectedPorts'] }", Some(Code::UnknownType)),
        ("{ notEquals: ['recon:EC2/Portscan'] }", Some(Code::UnknownType)),
        ("{ matches: ['EC2/*'] }", Some(Code::UnknownType)),
        ("{ matches: ['Recon:EC2/Portscam'] }", Some(Code::UnknownType)),
        ("{ regex: ['^EC2'] }", Some(Code::UnknownType)),
        ("{ equals: ['Backdoor:EC2/XORDDOS'] }", Some(Code::RetiredType)),
        ("{ matches: ['Behavior:IAMUser/*'] }", Some(Code::RetiredType)),
        ("{ matches: ['UnauthorizedAccess:IAMUser/ConsoleLogin*'] }", Some(Code::Siblings)),
        ("{ equals: ['Recon:EC2/Portscan'] }", None),
        ("{ matches: ['Recon:EC2/*', 'Recon:EC2/Portscan'] }", None),
        ("{ matches: ['Recon:EC2/PortProbe*'] }", None),
        ("{ matches: ['Recon:EC2/Portscan*'] }", None),
        ("{ matches: ['*Backdoor:EC2/X*'] }", Some(Code::RetiredType)),
        ("{ matches: ['*IAMUser*'] }", None),
        ("{ regex: ['^Recon:'] }", None),
    ] {
        let codes = [Code::UnknownType, Code::RetiredType, Code::Siblings];
        let found = problems(&rule("notify", &format!("{{ type: {condition} }}")));
        let own: Vec<_> =
            found.iter().map(|problem| problem.code).filter(|code| codes.contains(code)).collect();
        assert_eq!(own, Vec::from_iter(code), "{condition}");
    }
    let found = problems(&rule(
        "notify",
        "{ type: { equals: ['Recon:EC2/Portscan', 'Recon:EC2/Portscam'] } }",
    ));
    let unknown = found.iter().find(|own| own.code == Code::UnknownType).unwrap();
    assert_eq!((unknown.position.line, unknown.position.column, unknown.width), (3, 83, 18));
    assert!(unknown.help.as_deref().is_some_and(|help| help.contains("Recon:EC2/Portscan")));
}

#[test]
fn a_withdrawn_attribute_is_told_from_one_that_never_was() {
    let code = |name: &str| {
        let text = format!(
            "version: 1\nrules: [ {{ name: x, action: noop, criteria: {{ {name}: {{ equals: [a] }} }} }} ]"
        );
        let error = RuleSet::parse(&[RuleSource { name: "rules.yaml", text: &text }]).unwrap_err();
        error.problems[0].code
    };
    assert_eq!(code("title"), Code::WithdrawnAttribute);
    assert_eq!(code("resource.rdsDbInstanceDetails.tags.key"), Code::WithdrawnAttribute);
    assert_eq!(code("titel"), Code::UnknownAttribute);
}
