//! Finding types that are not known, or no longer reported.

use super::Examined;
use crate::{
    Code, KnownType,
    attribute::nearest,
    condition::{Condition, test::Test},
    document::Span,
    problem::Problems,
};

pub(super) fn check(examined: &Examined<'_>, problems: &mut Problems) {
    for known in &examined.literals {
        if known.condition.attribute.name() == "type" {
            look_at(known.condition, problems);
        }
    }
}

fn look_at(condition: &Condition, problems: &mut Problems) {
    let places = || condition.operands_at.iter().copied();
    match condition.test() {
        Test::Text(texts) => {
            for (text, place) in texts.iter().zip(places()) {
                exact(text, place, problems);
            }
        }
        Test::Glob(globs) => {
            for (glob, place) in globs.iter().zip(places()) {
                if glob.is_wild() {
                    pattern(&glob.pattern(), |name| glob.matches(name), place, problems);
                } else {
                    exact(&glob.pattern(), place, problems);
                }
            }
        }
        Test::Regex(expressions) => {
            for (expression, place) in expressions.iter().zip(places()) {
                pattern(expression.as_str(), |name| expression.is_match(name), place, problems);
            }
        }
        _ => {}
    }
}

fn exact(text: &str, place: Span, problems: &mut Problems) {
    match KnownType::named(text) {
        Some(KnownType { is_retired: true, successor, .. }) => {
            let problem = problems.on(
                place,
                Code::RetiredType,
                format!("GuardDuty no longer reports `{text}`"),
            );
            problem.help(match successor {
                Some(successor) => format!("it is now `{successor}`"),
                None => "drop it; what it warned of is reported under other types".to_owned(),
            });
        }
        Some(_) => {}
        None => {
            let names = KnownType::all().iter().filter(|known| !known.is_retired);
            let near = nearest(text, names.map(|known| known.name));
            problems
                .on(place, Code::UnknownType, format!("`{text}` is no finding type that we know"))
                .suggest(&near, || {
                    "types are written as in the GuardDuty User Guide: `Recon:EC2/Portscan`"
                        .to_owned()
                });
        }
    }
}

fn pattern(text: &str, covers: impl Fn(&str) -> bool, place: Span, problems: &mut Problems) {
    let covered: Vec<_> = KnownType::all().iter().filter(|known| covers(known.name)).collect();
    if covered.is_empty() {
        problems
            .on(place, Code::UnknownType, format!("`{text}` covers no finding type that we know"))
            .help("patterns cover the whole type and mind the case: `Recon:EC2/*`");
    } else if covered.iter().all(|known| known.is_retired) {
        problems
            .on(
                place,
                Code::RetiredType,
                format!("`{text}` covers only types that GuardDuty no longer reports"),
            )
            .help("drop it; what they warned of is reported under other types");
    }
}
