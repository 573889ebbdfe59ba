//! Wildcard patterns as GuardDuty's `matches` has them.

/// A pattern in which `*` stands for any characters, none included, and `?` for exactly one.
///
/// Nothing else is special and case counts (API reference, `Condition`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glob(Vec<char>);

impl Glob {
    pub(crate) fn new(pattern: &str) -> Self {
        Self(pattern.chars().collect())
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

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_hostile_text_costs_no_more_than_the_product() {
        let pattern = Glob::new(&"*a".repeat(200));
        assert!(!pattern.matches(&format!("{}b", "a".repeat(5000))));
    }
}
