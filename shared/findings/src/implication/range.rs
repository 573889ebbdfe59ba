//! Sets of numbers made of ranges, exact to whether a bound belongs to them.

/// A place between numbers: just before a number, or just after it.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
struct Cut(f64, bool);

const START: Cut = Cut(f64::NEG_INFINITY, false);
const END: Cut = Cut(f64::INFINITY, true);

/// The numbers in any of its ranges, which rise and do not touch.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Numbers(Vec<(Cut, Cut)>);

impl Numbers {
    pub(crate) fn all() -> Self {
        Self(vec![(START, END)])
    }

    pub(crate) fn above(bound: f64, is_included: bool) -> Self {
        Self::of(vec![(Cut(bound, !is_included), END)])
    }

    pub(crate) fn below(bound: f64, is_included: bool) -> Self {
        Self::of(vec![(START, Cut(bound, is_included))])
    }

    pub(crate) fn between(low: f64, high: f64) -> Self {
        Self::above(low, true).and(&Self::below(high, true))
    }

    /// All numbers whose integer part is this one.
    pub(crate) fn with_integer_part(part: f64) -> Self {
        let low = if part > 0.0 { Self::above(part, true) } else { Self::above(part - 1.0, false) };
        let high =
            if part < 0.0 { Self::below(part, true) } else { Self::below(part + 1.0, false) };
        // So large that it has no neighbour: the number itself.
        low.and(&high).or(&Self::between(part, part))
    }

    /// The numbers in any of these.
    pub(crate) fn any_of(parts: impl Iterator<Item = Self>) -> Self {
        Self::of(parts.flat_map(|part| part.0).collect())
    }

    /// Sorts, drops what is empty and joins what touches.
    fn of(mut ranges: Vec<(Cut, Cut)>) -> Self {
        ranges.retain(|(start, end)| start < end);
        ranges.sort_by(|left, right| {
            left.0.partial_cmp(&right.0).unwrap_or(std::cmp::Ordering::Equal)
        });
        let mut joined: Vec<(Cut, Cut)> = Vec::new();
        for (start, end) in ranges {
            match joined.last_mut() {
                Some((_, last)) if start <= *last => {
                    if end > *last {
                        *last = end;
                    }
                }
                _ => joined.push((start, end)),
            }
        }
        Self(joined)
    }

    pub(crate) fn or(&self, other: &Self) -> Self {
        Self::of(self.0.iter().chain(&other.0).copied().collect())
    }

    pub(crate) fn and(&self, other: &Self) -> Self {
        let both = |&(start, end): &(Cut, Cut)| {
            other.0.iter().map(move |&(own_start, own_end)| {
                let start = if own_start > start { own_start } else { start };
                let end = if own_end < end { own_end } else { end };
                (start, end)
            })
        };
        Self::of(self.0.iter().flat_map(both).collect())
    }

    pub(crate) fn complement(&self) -> Self {
        let mut outside = Vec::new();
        let mut from = START;
        for &(start, end) in &self.0 {
            outside.push((from, start));
            from = end;
        }
        outside.push((from, END));
        Self::of(outside)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn is_within(&self, other: &Self) -> bool {
        self.and(&other.complement()).is_empty()
    }

    pub(crate) fn contains(&self, number: f64) -> bool {
        self.0.iter().any(|&(start, end)| start <= Cut(number, false) && Cut(number, true) <= end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_belong_to_a_range_or_do_not() {
        let band = Numbers::above(4.0, true).and(&Numbers::below(7.0, false));
        for (number, expected) in [(3.9, false), (4.0, true), (6.9, true), (7.0, false)] {
            assert_eq!(band.contains(number), expected, "{number}");
            assert_eq!(band.complement().contains(number), !expected, "{number}");
        }
        assert!(Numbers::above(4.0, false).and(&Numbers::below(4.0, true)).is_empty());
        assert!(!Numbers::above(4.0, true).and(&Numbers::below(4.0, true)).is_empty());
    }

    #[test]
    fn ranges_that_touch_are_one() {
        let parts = [4.0, 5.0, 6.0].map(Numbers::with_integer_part);
        let medium = Numbers::any_of(parts.into_iter());
        assert_eq!(medium, Numbers::above(4.0, true).and(&Numbers::below(7.0, false)));
        assert!(Numbers::between(6.95, 6.95).is_within(&medium));
        assert!(!Numbers::between(6.9, 7.0).is_within(&medium));
    }

    #[test]
    fn integer_parts_are_cut_towards_zero() {
        let zero = Numbers::with_integer_part(0.0);
        assert!(
            zero.contains(-0.5)
                && zero.contains(0.9)
                && !zero.contains(-1.0)
                && zero.contains(-0.0)
        );
        let minus = Numbers::with_integer_part(-2.0);
        assert!(minus.contains(-2.9) && minus.contains(-2.0) && !minus.contains(-3.0));
        assert!(Numbers::with_integer_part(1e300).contains(1e300));
    }

    #[test]
    fn everything_and_nothing_are_each_others_complement() {
        assert!(Numbers::all().complement().is_empty());
        assert_eq!(Numbers::all().complement().complement(), Numbers::all());
        assert!(Numbers(Vec::new()).is_within(&Numbers::between(1.0, 2.0)));
    }
}
