//! What may happen to the protocol, in every order, and what has to hold at the end.

use stateright::{Checker, Model, Property};

use super::{Message, Protocol, State, Step, WHOLE, Worker, bit};

const EVERY_VERSION_KEPT: &str = "at rest every version is recorded, exported, told or open";
const NO_HIGH_ARCHIVED: &str = "at rest no High finding is archived";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Action {
    Update { high: bool, reopens: bool },
    Export,
    Take { worker: usize, message: usize, twice: bool },
    Go(usize),
    Crash(usize),
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
            last: 0,
            concluded: 0,
            taken_back: 0,
            escalated: [None; 4],
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
        // Which of the two is where makes no difference, and half as many states.
        state.workers.sort_unstable();
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
    let checked = trial.checker().threads(2).spawn_bfs().join();
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
