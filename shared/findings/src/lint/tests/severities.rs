//! Bands, gaps and the ceiling.

use super::*;

#[test]
fn a_band_that_holds_no_severity_or_every_one_is_no_band() {
    for band in [
        "{ greaterThan: 7, lessThan: 4 }",
        "{ lessThan: 0 }",
        "{ greaterThanOrEqual: 11 }",
        "{ lessThan: 40 }",
        "{ greaterThanOrEqual: 0 }",
        "{ greaterThan: 3.9, lessThan: 4 }",
        "{ equals: ['7'], notEquals: ['7'] }",
        "{ equals: ['8'], lessThan: 8 }",
    ] {
        fires(Code::ImpossibleBand, &rule("notify", &format!("{{ severity: {band} }}")));
    }
    for band in [
        "{ greaterThanOrEqual: 4, lessThan: 7 }",
        "{ greaterThan: 0 }",
        "{ lessThan: 10 }",
        "{ equals: ['7', '8'] }",
        "{ equals: ['8'], lessThan: 8.5 }",
        "{ greaterThanOrEqual: 3.9, lessThan: 4 }",
    ] {
        is_silent(Code::ImpossibleBand, &rule("notify", &format!("{{ severity: {band} }}")));
    }
}

#[test]
fn a_closed_band_leaves_a_gap_that_an_open_one_does_not() {
    for end in ["3.9", "6.9", "8.9"] {
        fires(
            Code::BandGap,
            &rule("notify", &format!("{{ severity: {{ lessThanOrEqual: {end} }} }}")),
        );
    }
    for band in ["{ lessThan: 4 }", "{ lessThanOrEqual: 5 }", "{ greaterThanOrEqual: 3.9 }"] {
        is_silent(Code::BandGap, &rule("notify", &format!("{{ severity: {band} }}")));
    }
}

#[test]
fn archiving_above_the_ceiling_is_overruled_always_or_in_part() {
    for (band, always, in_part) in [
        ("{ greaterThanOrEqual: 4 }", true, false),
        ("{ equals: ['7', '8'] }", true, false),
        ("{ greaterThan: 2 }", false, true),
        ("{ lessThan: 5 }", false, true),
        ("{ equals: ['3', '4'] }", false, true),
        ("{ lessThan: 4 }", false, false),
        ("{ lessThanOrEqual: 3.9 }", false, false),
        ("{ equals: ['1', '2', '3'] }", false, false),
    ] {
        let text = rule("archive", &format!("{{ severity: {band} }}"));
        let found = problems(&text);
        let has = |code| found.iter().any(|own| own.code == code);
        assert_eq!(
            (has(Code::AboveCeiling), has(Code::PartlyAboveCeiling)),
            (always, in_part),
            "{band}"
        );
        is_silent(Code::AboveCeiling, &text.replace("archive", "notify"));
        is_silent(Code::PartlyAboveCeiling, &text.replace("archive", "noop"));
    }
    fires(Code::PartlyAboveCeiling, &rule("archive", "{ type: { equals: [x] } }"));
}

#[test]
fn the_way_out_is_the_bound_that_the_ceiling_allows() {
    for (ceiling, bound) in
        [("3.9", "lessThan: 4"), ("3.5", "lessThanOrEqual: 3.5"), ("5", "lessThanOrEqual: 5")]
    {
        let text = format!(
            "version: 1\ndefaults: {{ archive_ceiling: {ceiling} }}\nrules:\n{}",
            rule("archive", "{ severity: { greaterThan: 2 } }")
        );
        let set = RuleSet::parse(&[RuleSource { name: "rules.yaml", text: &text }]).unwrap();
        let found = lint(&set, Timestamp::parse(NOW).unwrap());
        let own = found.iter().find(|own| own.code == Code::PartlyAboveCeiling).unwrap();
        assert!(
            own.help.as_deref().is_some_and(|help| help.contains(&format!("`{bound}`"))),
            "{own:?}"
        );
    }
}
