//! Wildcard patterns as GuardDuty's `matches` has them.

/// What comparing two patterns may cost. GuardDuty's own have up to 512 characters.
const MAX_STEPS: usize = 1 << 20;

/// A pattern in which `*` stands for any characters, none included, and `?` for exactly one.
///
/// Nothing else is special and case counts (API reference, `Condition`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glob(Vec<char>);

impl Glob {
    pub(crate) fn new(pattern: &str) -> Self {
        Self(pattern.chars().collect())
    }

    /// The pattern as it was written.
    pub(crate) fn pattern(&self) -> String {
        self.0.iter().collect()
    }

    /// What stands before the first wildcard.
    pub(crate) fn literal_start(&self) -> &[char] {
        let end = self.0.iter().position(is_wild).unwrap_or(self.0.len());
        self.0.get(..end).unwrap_or_default()
    }

    /// What stands after the last wildcard.
    pub(crate) fn literal_end(&self) -> &[char] {
        let start = self.0.iter().rposition(is_wild).map_or(0, |last| last + 1);
        self.0.get(start..).unwrap_or_default()
    }

    /// Whether it holds a wildcard; without one it covers exactly one text.
    pub(crate) fn is_wild(&self) -> bool {
        self.0.iter().any(is_wild)
    }

    /// Whether every text that `other` covers is covered by this one, too.
    ///
    /// Never wrongly true. It compares the patterns symbol by symbol, so a few that cover the
    /// same texts in different words, such as `?*` and `*?`, are not seen to.
    pub(crate) fn includes(&self, other: &Self) -> bool {
        if self.0.len().saturating_mul(other.0.len()) > MAX_STEPS {
            return self == other;
        }
        // rest[i]: whether what is left of this pattern from i on includes what is left of `other`.
        let mut rest = vec![false; self.0.len() + 1];
        for found in other.0.iter().map(Some).chain([None]).rev() {
            let ahead = std::mem::take(&mut rest);
            let mut behind = found.is_none();
            rest = vec![behind; self.0.len() + 1];
            for (index, own) in self.0.iter().enumerate().rev() {
                let eaten = ahead.get(index).copied().unwrap_or(false);
                let both = ahead.get(index + 1).copied().unwrap_or(false);
                behind = match own {
                    '*' => behind || (found.is_some() && eaten),
                    '?' => both && found.is_some_and(|found| *found != '*'),
                    own => both && !is_wild(own) && found == Some(own),
                };
                if let Some(slot) = rest.get_mut(index) {
                    *slot = behind;
                }
            }
        }
        rest.first().copied().unwrap_or(false)
    }

    /// Whether the pattern covers the whole text. At most pattern × text steps, whatever both hold.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let mut rest = text.chars();
        let mut pattern = 0;
        // Where the last `*` stands, and the text it has yet to be tried on.
        let mut resume: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            let mut ahead = rest.clone();
            match (self.0.get(pattern), ahead.next()) {
                (None, None) => return true,
                (Some('*'), _) => {
                    pattern += 1;
                    resume = Some((pattern, rest.clone()));
                }
                (Some(expected), Some(found)) if *expected == '?' || *expected == found => {
                    pattern += 1;
                    rest = ahead;
                }
                _ => {
                    let Some((after_star, untried)) = &mut resume else { return false };
                    if untried.next().is_none() {
                        return false;
                    }
                    pattern = *after_star;
                    rest = untried.clone();
                }
            }
        }
    }
}

fn is_wild(symbol: &char) -> bool {
    matches!(symbol, '*' | '?')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_includes_what_it_covers_whatever_the_other_wildcards_stand_for() {
        for (wide, narrow, expected) in [
            ("*", "", true),
            ("", "", true),
            ("", "*", false),
            ("Recon:*", "Recon:EC2/*", true),
            ("Recon:EC2/*", "Recon:*", false),
            ("*", "a?*b", true),
            ("a?c", "abc", true),
            ("abc", "a?c", false),
            ("?", "*", false),
            ("*a*", "ba*", true),
            ("a*", "a", true),
            ("a", "a*", false),
            ("a?", "a*", false),
            ("*?", "ab", true),
            ("a*c", "abcd", false),
            ("a*c", "abcdc", true),
            ("a*c", "*c", false),
        ] {
            let (own, other) = (Glob::new(wide), Glob::new(narrow));
            assert_eq!(own.includes(&other), expected, "{wide} and {narrow}");
        }
    }

    #[test]
    fn stars_and_question_marks_cover_what_they_should() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "anything", true),
            ("?", "", false),
            ("?", "ö", true),
            ("?", "ab", false),
            ("Recon:*", "Recon:EC2/Portscan", true),
            ("Recon:*", "recon:EC2/Portscan", false),
            ("*/Portscan", "Recon:EC2/Portscan", true),
            ("*:EC2/*", "Recon:EC2/Portscan", true),
            ("*:EC2/*", "Recon:IAMUser/X", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b-d", false),
            ("*ab", "aab", true),
            ("a.c", "abc", false),
            ("[ab]", "a", false),
            ("a**b", "ab", true),
            ("a?*b", "ab", false),
            ("*?", "", false),
        ] {
            assert_eq!(Glob::new(pattern).matches(text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn literal_ends_stand_outside_of_the_wildcards() {
        let pattern = Glob::new("ab*c?de");
        assert_eq!(pattern.literal_start(), ['a', 'b']);
        assert_eq!(pattern.literal_end(), ['d', 'e']);
        assert_eq!(Glob::new("ab").literal_end(), ['a', 'b']);
    }

    #[test]
    fn patterns_too_long_to_compare_include_only_themselves() {
        let long = Glob::new(&"a*".repeat(3000));
        assert!(long.includes(&long.clone()));
        assert!(!long.includes(&Glob::new(&"a".repeat(6000))));
        assert!(Glob::new("*").includes(&Glob::new("abc")));
    }

    #[test]
    fn a_hostile_text_costs_no_more_than_the_product() {
        let pattern = Glob::new(&"*a".repeat(200));
        assert!(!pattern.matches(&format!("{}b", "a".repeat(5000))));
    }
}
