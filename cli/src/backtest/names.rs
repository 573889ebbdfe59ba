//! Names that repeat, kept once and called by number.

use std::collections::HashMap;

/// Names in the order in which they first came.
#[derive(Debug, Default)]
pub(crate) struct Names {
    numbers: HashMap<Box<str>, u32>,
    names: Vec<Option<Box<str>>>,
    absent: Option<u32>,
}

impl Names {
    /// The number of a name, or of a name that is missing.
    pub(crate) fn number(&mut self, name: Option<&str>) -> u32 {
        let next = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let Some(name) = name else {
            return *self.absent.get_or_insert_with(|| {
                self.names.push(None);
                next
            });
        };
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        self.numbers.insert(name.into(), next);
        self.names.push(Some(name.into()));
        next
    }

    /// The name behind a number.
    pub(crate) fn name(&self, number: u32) -> Option<&str> {
        self.names.get(number as usize)?.as_deref()
    }

    /// The numbers here of another list's names, in that list's order.
    pub(crate) fn absorb(&mut self, other: &Self) -> Vec<u32> {
        other.names.iter().map(|name| self.number(name.as_deref())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_number_and_a_missing_one_its_own() {
        let mut names = Names::default();
        let numbers = [Some("a"), None, Some("b"), Some("a"), None].map(|name| names.number(name));
        assert_eq!(numbers, [0, 1, 2, 0, 1]);
        assert_eq!((names.name(1), names.name(2), names.name(9)), (None, Some("b"), None));
        let mut others = Names::default();
        others.number(Some("b"));
        assert_eq!(others.absorb(&names), [1, 2, 0]);
    }
}
