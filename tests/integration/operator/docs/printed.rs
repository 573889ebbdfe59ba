//! Takes the commands out of a page: blocks marked `sh`, and blocks in which a line begins with `$ `.

/// One command line, and what the page shows as its output.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Printed {
    pub(super) line: String,
    /// The programs on the line, in the order of its pipes.
    pub(super) programs: Vec<String>,
    pub(super) output: Vec<String>,
}

impl Printed {
    fn new(line: &str) -> Self {
        let mut programs = Vec::new();
        let mut word = Some(String::new());
        let mut quote = None;
        for letter in line.chars() {
            match (quote, letter) {
                (Some(own), _) if own == letter => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') => quote = Some(letter),
                (None, '#') => break,
                (None, '|') => programs.extend(word.replace(String::new())),
                (None, ' ') if word.as_deref().is_some_and(|own| !own.is_empty()) => {
                    programs.extend(word.take());
                }
                (None, ' ') => {}
                (None, _) => {
                    if let Some(word) = &mut word {
                        word.push(letter);
                    }
                }
            }
        }
        programs.extend(word);
        programs.retain(|program| !program.is_empty());
        Self { line: line.to_owned(), programs, output: Vec::new() }
    }
}

/// All of a page, in its order.
pub(super) fn printed(page: &str) -> Vec<Printed> {
    let mut found: Vec<Printed> = Vec::new();
    let (mut block, mut is_transcript) = (None, false);
    for line in page.lines() {
        match (block, line.strip_prefix("```")) {
            (None, Some(language)) => (block, is_transcript) = (Some(language), false),
            (Some(_), Some(_)) => block = None,
            (Some("sh"), None) if !line.trim().is_empty() => found.push(Printed::new(line)),
            (Some(""), None) => match line.strip_prefix("$ ") {
                Some(line) => {
                    is_transcript = true;
                    found.push(Printed::new(line));
                }
                None if is_transcript && !line.trim().is_empty() && line.trim() != "…" => {
                    found.iter_mut().rev().take(1).for_each(|own| own.output.push(line.to_owned()));
                }
                None => {}
            },
            _ => {}
        }
    }
    found
}

#[test]
fn blocks_and_transcripts_are_told_from_other_blocks() {
    let page = "```sh\na b | 'c|d' # x | y\n\ne '|' f\n```\n```yaml\nno: 1\n```\n```\n$ g h\nsaid\n  …\nmore\n```\n```\ndiagram\n```\n";
    let all = printed(page);
    let programs: Vec<_> = all.iter().map(|own| own.programs.join(",")).collect();
    assert_eq!(programs, ["a", "e", "g"]);
    assert_eq!(all[2].output, ["said", "more"]);
    assert_eq!(Printed::new("aws x $F | guardsift decide -").programs, ["aws", "guardsift"]);
}
