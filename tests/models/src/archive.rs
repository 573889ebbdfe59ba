//! The protocol of archiving as a model whose every order of steps is tried: two workers, updates that reopen or
//! do not, crashes, messages that come twice, and an export that races. With one part taken away,
//! the model finds what goes wrong.

mod trial;

/// Versions as bits.
type Versions = u8;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct State {
    /// The version that GuardDuty has, from 0.
    version: u8,
    high: bool,
    archived: bool,
    exported: Versions,
    /// Of which finding-events has told somebody: those that are High.
    told: Versions,
    /// Of which the ledger holds a copy.
    kept: Versions,
    recorded: Versions,
    /// The version that was recorded last.
    last: u8,
    concluded: Versions,
    /// Those of the concluded that were taken back.
    taken_back: Versions,
    /// As which version each was taken back since it had risen.
    escalated: [Option<u8>; 4],
    /// What the run of each message, named by its version, was about to archive.
    noted: [Versions; 4],
    queue: Vec<Message>,
    workers: [Worker; 2],
    updates: u8,
    crashes: u8,
    duplicates: u8,
}

/// The event of one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Message {
    version: u8,
    high: bool,
    archived: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Worker {
    Idle,
    At(Message, Step),
}

/// The call that a worker makes next. The number is the version of its ledger entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Step {
    Keep,
    Repair,
    Escalate,
    TakeBackRisen,
    Plan,
    Record(u8),
    Archive(u8),
    Look(u8),
    TakeBack(u8),
    Conclude(u8),
    ConcludeTakenBack(u8),
}

/// The protocol, or what is left of it.
#[derive(Debug, Clone, Copy)]
struct Protocol {
    records: bool,
    reads_back: bool,
    escalates: bool,
    /// Whether a run that begins again looks at all that it has noted, also at what has an end: another
    /// run may have ended it before this one archived it.
    doubts: bool,
}

const WHOLE: Protocol = Protocol { records: true, reads_back: true, escalates: true, doubts: true };

fn bit(version: u8) -> Versions {
    1 << version
}

impl Message {
    fn looks_ripe(self) -> bool {
        !self.high && !self.archived
    }
}

impl State {
    fn is_at_rest(&self) -> bool {
        self.queue.is_empty() && self.workers == [Worker::Idle; 2]
    }

    fn keep(&mut self, protocol: Protocol, version: u8) {
        if protocol.records {
            self.kept |= bit(version);
        }
    }

    /// A version that an earlier attempt may have left archived: one without an end first.
    fn begun(&self, protocol: Protocol, message: Message) -> Option<u8> {
        let noted = self.noted[usize::from(message.version)];
        let own = if message.looks_ripe() { bit(message.version) } else { 0 };
        let concerned = (noted | own) & self.recorded;
        let is_concerned = |version: &u8| concerned & bit(*version) != 0;
        let is_open = |version: &u8| self.concluded & bit(*version) == 0;
        let is_doubted = |version: &u8| {
            let was_taken_back = |version: u8| self.taken_back & bit(version) != 0;
            protocol.doubts
                && (was_taken_back(*version) || self.high && *version != self.version)
                && (*version == self.last || was_taken_back(self.last) || is_open(&self.last))
        };
        let mut versions = (0..=self.version).filter(is_concerned);
        let begun = versions.clone().find(is_open).or_else(|| versions.find(is_doubted));
        begun.filter(|_| self.archived)
    }

    /// Whether the version that was recorded last was archived by a rule and not taken back since, as far as the
    /// ledger tells.
    fn is_ours(&self) -> bool {
        let escalated = self.escalated[usize::from(self.last)];
        self.recorded != 0
            && self.taken_back & bit(self.last) == 0
            && escalated.is_none_or(|version| version == self.version)
    }

    fn escalate(&mut self, recorded: u8) {
        self.archived = false;
        self.escalated[usize::from(recorded)].get_or_insert(self.version);
    }

    fn give_back(&mut self, message: Message) {
        self.queue.push(message);
        self.queue.sort();
    }

    /// Makes the call and says which comes next; `None` when the message is done with.
    fn step(&mut self, protocol: Protocol, message: Message, step: Step) -> Option<Step> {
        match step {
            Step::Keep => {
                if message.archived || message.looks_ripe() {
                    self.keep(protocol, message.version);
                }
                Some(Step::Repair)
            }
            Step::Repair => Some(match self.begun(protocol, message) {
                Some(version) => self.after_archive(protocol, version),
                None => Step::Escalate,
            }),
            Step::Escalate => {
                let risen = self.archived && self.high && self.is_ours();
                Some(if risen && protocol.escalates { Step::TakeBackRisen } else { Step::Plan })
            }
            Step::TakeBackRisen => {
                self.escalate(self.last);
                Some(Step::Plan)
            }
            Step::Plan => {
                let is_concluded = self.concluded & bit(self.version) != 0;
                let ripe = message.looks_ripe() && !self.high && !self.archived && !is_concluded;
                ripe.then_some(Step::Record(self.version))
            }
            Step::Record(version) => {
                if self.recorded & bit(version) == 0 {
                    self.last = version;
                }
                self.recorded |= bit(version);
                self.noted[usize::from(message.version)] |= bit(version);
                self.keep(protocol, version);
                Some(Step::Archive(version))
            }
            Step::Archive(version) => {
                self.archived = true;
                Some(self.after_archive(protocol, version))
            }
            Step::Look(version) if self.high => Some(Step::TakeBack(version)),
            Step::Look(version) => {
                // The outcome holds the finding as it was seen.
                self.keep(protocol, self.version);
                Some(Step::Conclude(version))
            }
            Step::TakeBack(version) => {
                if self.concluded & bit(version) != 0 && version != self.version {
                    self.escalate(version);
                }
                self.archived = false;
                Some(Step::ConcludeTakenBack(version))
            }
            // An outcome is never written over.
            Step::Conclude(version) if protocol.doubts && self.taken_back & bit(version) != 0 => {
                Some(Step::TakeBack(version))
            }
            Step::Conclude(version) => {
                self.concluded |= bit(version);
                None
            }
            Step::ConcludeTakenBack(version) => {
                self.taken_back |= bit(version) & !self.concluded;
                self.concluded |= bit(version);
                None
            }
        }
    }

    fn after_archive(&self, protocol: Protocol, version: u8) -> Step {
        if protocol.reads_back { Step::Look(version) } else { Step::Conclude(version) }
    }
}
