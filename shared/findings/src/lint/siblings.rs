//! A pattern that begins with a known type and covers others whose names only begin like it.

use super::Examined;
use crate::{
    Code, KnownType,
    condition::test::Test,
    problem::{Problems, quoted},
};

/// Names shown of the others.
const SHOWN: usize = 3;

pub(super) fn check(examined: &Examined<'_>, problems: &mut Problems) {
    for known in examined.literals.iter().filter(|own| own.condition.attribute.name() == "type") {
        let Test::Glob(globs) = known.condition.test() else { continue };
        for (glob, place) in globs.iter().zip(&known.condition.operands_at) {
            let pattern = glob.pattern();
            let Some(stem) = pattern.strip_suffix('*').and_then(KnownType::named) else { continue };
            let others: Vec<&str> = KnownType::all()
                .iter()
                .map(|known| known.name)
                .filter(|name| *name != stem.name && glob.matches(name))
                .collect();
            if others.is_empty() {
                continue;
            }
            let shown = quoted(others.get(..SHOWN).unwrap_or(&others)).replace(" or ", " and ");
            let more = others.len().saturating_sub(SHOWN);
            let rest = if more > 0 { format!(", and {more} more") } else { String::new() };
            problems
                .on(*place, Code::Siblings, format!("`{pattern}` covers {shown}{rest}, too"))
                .help(format!(
                    "write `equals: [\"{}\"]`, or list the types that are meant",
                    stem.name
                ));
        }
    }
}
