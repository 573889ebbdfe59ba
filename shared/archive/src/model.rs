//! The protocol as a model whose every order of steps is tried: two workers, updates that reopen or
//! do not, crashes, messages that come twice, and an export that races. With one part taken away,
//! the model finds what goes wrong.

use stateright::{Checker, Model, Property};

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
    concluded: Versions,
    /// Those of the concluded that were taken back.
    taken_back: Versions,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Worker {
    Idle,
    At(Message, Step),
}

/// The call that a worker makes next. The number is the version of its ledger entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Action {
    Update { high: bool, reopens: bool },
    Export,
    Take { worker: usize, message: usize, twice: bool },
    Go(usize),
    Crash(usize),
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
const EVERY_VERSION_KEPT: &str = "at rest every version is recorded, exported, told or open";
const NO_HIGH_ARCHIVED: &str = "at rest no High finding is archived";

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
        let open = self.recorded & !self.concluded;
        let noted = self.noted[usize::from(message.version)];
        let own = if message.looks_ripe() { bit(message.version) } else { 0 };
        let doubted = if protocol.doubts { noted } else { 0 };
        let begun = [(noted | own) & open, doubted].into_iter().find(|own| *own != 0).unwrap_or(0);
        (self.archived && begun != 0).then(|| u8::try_from(begun.trailing_zeros()).unwrap())
    }

    /// Whether the version that was recorded last was archived by a rule, as far as the ledger tells.
    fn is_ours(&self) -> bool {
        let last = self.recorded.checked_ilog2().map(|last| 1 << last);
        last.is_some_and(|last: Versions| self.taken_back & last == 0)
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
                self.archived = false;
                Some(Step::Plan)
            }
            Step::Plan => {
                let is_concluded = self.concluded & bit(self.version) != 0;
                let ripe = message.looks_ripe() && !self.high && !self.archived && !is_concluded;
                ripe.then_some(Step::Record(self.version))
            }
            Step::Record(version) => {
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

/// A protocol with what may happen to it.
struct Trial {
    protocol: Protocol,
    updates: u8,
    crashes: u8,
    duplicates: u8,
}

impl Model for Trial {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            version: 0,
            high: false,
            archived: false,
            exported: 0,
            told: 0,
            kept: 0,
            recorded: 0,
            concluded: 0,
            taken_back: 0,
            noted: [0; 4],
            queue: vec![Message { version: 0, high: false, archived: false }],
            workers: [Worker::Idle; 2],
            updates: self.updates,
            crashes: self.crashes,
            duplicates: self.duplicates,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.updates > 0 {
            for high in [false, true] {
                actions.push(Action::Update { high, reopens: true });
                if state.archived {
                    actions.push(Action::Update { high, reopens: false });
                }
            }
        }
        if !state.archived && state.exported & bit(state.version) == 0 {
            actions.push(Action::Export);
        }
        for (worker, at) in state.workers.iter().enumerate() {
            if *at != Worker::Idle {
                actions.push(Action::Go(worker));
                if state.crashes > 0 {
                    actions.push(Action::Crash(worker));
                }
                continue;
            }
            for message in 0..state.queue.len() {
                actions.push(Action::Take { worker, message, twice: false });
                if state.duplicates > 0 {
                    actions.push(Action::Take { worker, message, twice: true });
                }
            }
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        match action {
            Action::Update { high, reopens } => {
                if !state.archived {
                    // What is open when its mark comes is exported.
                    state.exported |= bit(state.version);
                }
                state.updates -= 1;
                state.version += 1;
                state.high = high;
                state.archived &= !reopens;
                let (version, archived) = (state.version, state.archived);
                if high {
                    state.told |= bit(version);
                }
                // The pattern lets through what is low, and what is archived.
                if !high || archived {
                    state.give_back(Message { version, high, archived });
                }
            }
            Action::Export => state.exported |= bit(state.version),
            Action::Take { worker, message, twice } => {
                let taken = state.queue[message];
                if twice {
                    state.duplicates -= 1;
                } else {
                    state.queue.remove(message);
                }
                state.workers[worker] = Worker::At(taken, Step::Keep);
            }
            Action::Crash(worker) => {
                state.crashes -= 1;
                if let Worker::At(message, _) = state.workers[worker] {
                    state.give_back(message);
                }
                state.workers[worker] = Worker::Idle;
            }
            Action::Go(worker) => {
                let Worker::At(message, step) = state.workers[worker] else { return None };
                if matches!(step, Step::Look(_)) && !state.archived {
                    // GuardDuty does not show what it was told: an error, and the message comes back.
                    state.give_back(message);
                    state.workers[worker] = Worker::Idle;
                } else {
                    state.workers[worker] = match state.step(self.protocol, message, step) {
                        Some(next) => Worker::At(message, next),
                        None => Worker::Idle,
                    };
                }
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(EVERY_VERSION_KEPT, |_, state: &State| {
                let has = |version| (state.kept | state.exported | state.told) & bit(version) != 0;
                let is_open = |version| version == state.version && !state.archived;
                !state.is_at_rest()
                    || (0..=state.version).all(|version| has(version) || is_open(version))
            }),
            Property::always(NO_HIGH_ARCHIVED, |_, state: &State| {
                !(state.is_at_rest() && state.high && state.archived)
            }),
        ]
    }
}

/// Tries every order of steps and says which of the two properties failed.
fn failed(protocol: Protocol, updates: u8, crashes: u8, duplicates: u8) -> [bool; 2] {
    let trial = Trial { protocol, updates, crashes, duplicates };
    let checked = trial.checker().spawn_bfs().join();
    println!("{protocol:?}: {} states", checked.unique_state_count());
    [EVERY_VERSION_KEPT, NO_HIGH_ARCHIVED].map(|name| {
        let path = checked.discovery(name);
        if let Some(path) = &path {
            // What led there: for whoever has broken the protocol.
            println!("{name} does not hold after {:?}", path.clone().into_actions());
        }
        path.is_some()
    })
}

#[test]
fn the_whole_protocol_keeps_every_version_and_archives_nothing_high() {
    assert_eq!(failed(WHOLE, 2, 1, 1), [false, false]);
}

#[test]
fn without_the_read_back_a_finding_that_rises_in_between_stays_archived() {
    assert!(failed(Protocol { reads_back: false, ..WHOLE }, 1, 0, 0)[1]);
}

#[test]
fn without_a_second_look_at_what_it_has_noted_a_finding_that_another_run_took_back_stays_archived()
{
    assert!(failed(Protocol { doubts: false, ..WHOLE }, 1, 1, 1)[1]);
}

#[test]
fn without_the_escalation_leg_a_finding_that_rises_later_stays_archived() {
    assert_eq!(failed(Protocol { escalates: false, ..WHOLE }, 1, 0, 0), [false, true]);
}

#[test]
fn without_the_record_a_version_is_nowhere() {
    assert_eq!(failed(Protocol { records: false, ..WHOLE }, 1, 0, 0), [true, false]);
}
