//! Reads a history object by object, on several threads, each object with bounded memory.

use std::{
    io,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use anyhow::Context;
use findings::{Decision, Matcher, Reading, Record, RuleSet, Timestamp, decode};
use platform::chain;

use super::{
    history::{Batch, History, Identity, Verdict, Version},
    spool::Row,
};
use crate::{
    excerpt::Excerpt,
    history::{Connection, Inflater, Source, Text, each_text},
};

/// What is asked of a history.
pub(crate) struct Question<'r> {
    pub(crate) rules: &'r RuleSet,
    /// The rule set to compare with.
    pub(crate) against: Option<&'r RuleSet>,
    pub(crate) as_of: Timestamp,
    pub(crate) excerpt: &'r Excerpt,
    /// Count only what rules match, and keep no finding.
    pub(crate) counts_only: bool,
}

/// Reads all sources. One that is broken is a problem of the history; the others go on.
///
/// # Errors
/// When the folder for temporary files can't be written to.
pub(crate) fn scan(
    question: &Question<'_>,
    sources: &[Source],
    connection: &Connection,
    threads: usize,
    progress: impl Fn(u64) + Sync,
) -> anyhow::Result<History> {
    let next = AtomicUsize::new(0);
    let history = Mutex::new(History::default());
    let work = || {
        let mut reader = Reader::new(question);
        while let Some(source) = sources.get(next.fetch_add(1, Ordering::Relaxed)) {
            let batch = reader.object(source, connection)?;
            history.lock().unwrap_or_else(PoisonError::into_inner).absorb(batch)?;
            progress(source.size());
        }
        Ok(())
    };
    let outcome: io::Result<()> = std::thread::scope(|scope| {
        let workers: Vec<_> =
            (0..threads.clamp(1, sources.len().max(1))).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    });
    outcome.context("can't keep what was read in the folder for temporary files (TMPDIR)")?;
    Ok(history.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// What one thread reads with.
struct Reader<'q, 'r> {
    question: &'q Question<'r>,
    matcher: Matcher<'r>,
    against: Option<Matcher<'r>>,
    matched: Vec<usize>,
    inflater: Inflater,
    batch: Batch,
    /// Why rows of the object could not be kept.
    unkept: Option<io::Error>,
}

impl<'q, 'r> Reader<'q, 'r> {
    fn new(question: &'q Question<'r>) -> Self {
        Self {
            question,
            matcher: Matcher::new(question.rules, question.as_of),
            against: question.against.map(|rules| Matcher::new(rules, question.as_of)),
            matched: Vec::new(),
            inflater: Inflater::default(),
            batch: Batch::default(),
            unkept: None,
        }
    }

    /// All that one object holds; only the problem when it can't be read to its end.
    fn object(&mut self, source: &Source, connection: &Connection) -> io::Result<Batch> {
        self.batch.tally.matched = vec![0; self.question.rules.rules().len()];
        let name = source.name();
        let mut inflater = std::mem::take(&mut self.inflater);
        let outcome = each_text(source, connection, &mut inflater, |line, text| {
            self.text(&name, line, &text)
        });
        self.inflater = inflater;
        let mut batch = std::mem::take(&mut self.batch);
        if let Some(error) = self.unkept.take() {
            return Err(error);
        }
        batch.tally.objects = 1;
        if let Err(error) = outcome {
            batch = Batch::default();
            batch.tally.objects = 1;
            batch.tally.problem(name, format!("left out: {}", chain(error.as_ref())));
        }
        Ok(batch)
    }

    fn text(&mut self, name: &str, line: u64, text: &Text<'_>) {
        let bytes = match text {
            Text::Whole(bytes) => *bytes,
            Text::TooLong(length) => {
                let reason = Text::too_long(*length);
                return self.batch.tally.problem(format!("{name}:{line}"), reason);
            }
        };
        if bytes.trim_ascii().is_empty() {
            return;
        }
        let question = self.question;
        if let Ok(text) = std::str::from_utf8(bytes)
            && let Some(reading) = question.rules.read(text)
        {
            match question.against.map(|against| against.read(text)) {
                None => return self.finding(&reading, None),
                Some(Some(earlier)) => return self.finding(&reading, Some(&earlier)),
                Some(None) => {}
            }
        }
        for record in decode(bytes) {
            match record {
                Record::Finding(finding) => {
                    let earlier = question.against.map(|against| against.reading(&finding));
                    self.finding(&question.rules.reading(&finding), earlier.as_ref());
                }
                Record::Event(_) => self.batch.tally.events += 1,
                Record::Unreadable(reason) => {
                    self.batch.tally.problem(format!("{name}:{line}"), reason.to_string());
                }
            }
        }
    }

    fn finding(&mut self, reading: &Reading<'_>, earlier: Option<&Reading<'_>>) {
        let question = self.question;
        let (account, region) = (reading.account_id(), reading.region());
        if !question.excerpt.holds(reading.updated_at(), account, region) {
            self.batch.tally.outside += 1;
            return;
        }
        self.batch.tally.records += 1;
        self.matcher.matched(reading, &mut self.matched);
        for position in &self.matched {
            if let Some(count) = self.batch.tally.matched.get_mut(*position) {
                *count += 1;
            }
        }
        if question.counts_only {
            return;
        }
        let decision = self.matcher.first(&self.matched, reading);
        let earlier = match (&mut self.against, earlier, question.against) {
            (Some(matcher), Some(reading), Some(rules)) => {
                Some(verdict(rules, &matcher.decide(reading)))
            }
            _ => None,
        };
        let version = Version {
            updated_at: reading.updated_at(),
            count: reading.count(),
            severity: reading.severity(),
            is_sample: reading.is_sample(),
            concerns_attack_sequence: reading.concerns_attack_sequence(),
            verdict: verdict(question.rules, &decision),
            earlier,
        };
        let names = &mut self.batch.names;
        let identity = Identity {
            account: names.number(account),
            region: names.number(region),
            id: reading.id().into(),
        };
        let kind = names.number(reading.finding_type());
        if let Err(error) = self.batch.rows.push(&Row { identity, kind, version }) {
            self.unkept.get_or_insert(error);
        }
    }
}

fn verdict(rules: &RuleSet, decision: &Decision<'_>) -> Verdict {
    let position = decision.rule.and_then(|rule| rules.position(rule));
    let rule = position.and_then(|position| u32::try_from(position).ok());
    Verdict { action: decision.action, rule, guard: decision.guard }
}
