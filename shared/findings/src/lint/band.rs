//! Severities that do not exist, and closed ranges that leave a gap between two levels.

use super::{Examined, contradiction::together};
use crate::{
    Code,
    condition::{
        Condition,
        test::{Comparison, Scale, Test},
    },
    implication::{Known, Predicate},
    problem::Problems,
};

/// The highest severity of each level as it is documented, and where the next level begins.
const ENDS: [(f64, f64); 3] = [(3.9, 4.0), (6.9, 7.0), (8.9, 9.0)];

const SCALE: &str =
    "severities go from 0 to 10: Low below 4, Medium below 7, High below 9, Critical from 9";

pub(super) fn check(examined: &Examined<'_>, problems: &mut Problems) {
    for conflict in examined.conflicts.iter().filter(|own| own.target.name() == "severity") {
        let Some(first) = conflict.conditions.first() else { continue };
        let what = match conflict.conditions.as_slice() {
            [_] => format!("no severity is {first}", first = asked(first)),
            several => format!("no severity is {}", together(several, asked)),
        };
        problems.on(first.named_at, Code::ImpossibleBand, what).help(SCALE);
    }
    if examined.conflicts.is_empty() {
        let tenths = || (0..=100_u32).map(|tenth| f64::from(tenth) / 10.0);
        let is_between = examined.cases.iter().all(|case| {
            let severities = case.severities();
            !tenths().any(|tenth| severities.contains(tenth))
        });
        let condition = examined.literals.iter().find(|own| is_severity(own.condition));
        if let (true, Some(Known { condition, .. })) = (is_between, condition) {
            problems
                .on(
                    condition.named_at,
                    Code::ImpossibleBand,
                    "this range lies between two severities",
                )
                .help("GuardDuty gives one decimal: 3.9 and 4.0 are neighbours");
        }
    }
    for Known { condition, .. } in &examined.literals {
        look_at_bound(condition, problems);
    }
}

fn look_at_bound(condition: &Condition, problems: &mut Problems) {
    let Test::Order { scale: Scale::Severity, comparison, bound } = *condition.test() else {
        return;
    };
    let Some(place) = condition.operands_at.first() else { return };
    let fails = Predicate { test: condition.test(), holds: false };
    if fails.is_impossible() {
        let message = format!("every severity is {}", asked(condition));
        problems.on(*place, Code::ImpossibleBand, message).help(SCALE);
    }
    #[expect(clippy::float_cmp, reason = "both were read from decimal text")]
    let end = ENDS.into_iter().find(|(end, _)| *end == bound);
    if let (Comparison::LessOrEqual, Some((end, next))) = (comparison, end) {
        problems
            .on(
                *place,
                Code::BandGap,
                format!("a severity between {end} and {next} is in neither level"),
            )
            .help(format!("write `lessThan: {next}`"));
    }
}

fn is_severity(condition: &Condition) -> bool {
    condition.attribute.name() == "severity"
}

fn asked(condition: &Condition) -> String {
    format!("{} {}", condition.operator, condition.operand)
}
