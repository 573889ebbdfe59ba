//! The export protocol with two workers, a queue that hands out at least once, and a bucket with conditional writes.

use stateright::{Model, Property};

/// How the protocol is built. All but the first lack something that looks superfluous.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Build {
    AsItIs,
    /// The key of the lake's object is the delivery's, not the source's.
    KeyPerDelivery,
    /// The message is acknowledged before the lake's object is written.
    AcknowledgesFirst,
    /// 412 is a success whoever wrote what is there.
    TrustsPreconditionFailed,
    /// 409 is a success.
    TrustsConflict,
    /// What is set aside is written after the lake's object.
    QuarantinesLast,
    /// The object that is there now is taken under the name of the one that the message is about.
    IgnoresTheETag,
}

/// What may go wrong, and how often in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Budget {
    crashes: u8,
    lost_answers: u8,
    conflicts: u8,
    duplicates: u8,
    overwrites: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct State {
    budget: Budget,
    /// The state that the source object is in, as its `ETag`.
    current: u8,
    /// Messages that can be received: the `ETag` that each names.
    visible: Vec<u8>,
    workers: [Worker; 2],
    deliveries: u8,
    /// Objects of the lake: key, and whose rows they hold; `None` is somebody else's object.
    lake: Vec<(u8, Option<u8>)>,
    /// States of the source whose bad lines are set aside.
    quarantine: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Worker {
    Idle,
    /// It has a message and is about to take a step; `about` is the state that it read.
    At {
        step: Step,
        names: u8,
        about: u8,
        delivery: u8,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Step {
    Read,
    Quarantine,
    Commit,
    Acknowledge,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Action {
    Receive {
        worker: usize,
        message: usize,
    },
    /// The next step succeeds, and the worker hears of it.
    Do {
        worker: usize,
    },
    /// The write is made, its answer is lost, and the SDK tries again.
    LoseAnswer {
        worker: usize,
    },
    /// 409: nothing is written.
    Conflict {
        worker: usize,
    },
    Crash {
        worker: usize,
    },
    /// The visibility timeout ends while the worker goes on.
    Duplicate {
        worker: usize,
    },
    Overwrite,
}

pub(super) struct Export {
    pub(super) build: Build,
    /// Whether somebody else's object stands where the lake's belongs.
    pub(super) foreign: bool,
}

impl Export {
    fn key(&self, about: u8, names: u8, delivery: u8) -> u8 {
        match self.build {
            Build::KeyPerDelivery => 100 + delivery,
            Build::IgnoresTheETag => names,
            _ => about,
        }
    }

    fn order(&self) -> [Step; 4] {
        match self.build {
            Build::AcknowledgesFirst => {
                [Step::Read, Step::Quarantine, Step::Acknowledge, Step::Commit]
            }
            Build::QuarantinesLast => {
                [Step::Read, Step::Commit, Step::Quarantine, Step::Acknowledge]
            }
            _ => [Step::Read, Step::Quarantine, Step::Commit, Step::Acknowledge],
        }
    }

    fn after(&self, step: Step) -> Option<Step> {
        let order = self.order();
        let place = order.iter().position(|own| *own == step)?;
        order.get(place + 1).copied()
    }

    /// The commit's answer: what the worker does next, `None` when the message has to come back.
    fn committed(&self, state: &mut State, about: u8, key: u8) -> Option<Step> {
        match state.lake.iter().find(|(own, _)| *own == key) {
            None => {
                state.lake.push((key, Some(about)));
                state.lake.sort_unstable();
                self.after(Step::Commit)
            }
            // 412, and HEAD shows whose it is.
            Some((_, Some(source))) if *source == about => match self.build {
                // Done before, so there is nothing left to do.
                Build::QuarantinesLast => Some(Step::Acknowledge),
                _ => self.after(Step::Commit),
            },
            Some(_) if self.build == Build::TrustsPreconditionFailed => self.after(Step::Commit),
            Some(_) => None,
        }
    }
}

impl Model for Export {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            budget: Budget {
                crashes: 2,
                lost_answers: 1,
                conflicts: 1,
                duplicates: 1,
                overwrites: 1,
            },
            current: 0,
            visible: vec![0],
            workers: [Worker::Idle; 2],
            deliveries: 0,
            lake: if self.foreign { vec![(0, None)] } else { Vec::new() },
            quarantine: Vec::new(),
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for (worker, own) in state.workers.iter().enumerate() {
            match own {
                Worker::Idle => {
                    actions.extend(
                        (0..state.visible.len()).map(|message| Action::Receive { worker, message }),
                    );
                }
                Worker::At { step, .. } => {
                    actions.extend([
                        Action::Do { worker },
                        Action::Crash { worker },
                        Action::Duplicate { worker },
                    ]);
                    if *step == Step::Commit {
                        actions
                            .extend([Action::LoseAnswer { worker }, Action::Conflict { worker }]);
                    }
                }
            }
        }
        actions.push(Action::Overwrite);
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        match action {
            Action::Overwrite => {
                state.budget.overwrites = state.budget.overwrites.checked_sub(1)?;
                state.current += 1;
                state.visible.push(state.current);
            }
            Action::Receive { worker, message } => {
                let names = state.visible.remove(message);
                state.deliveries += 1;
                let delivery = state.deliveries;
                state.workers[worker] =
                    Worker::At { step: Step::Read, names, about: names, delivery };
            }
            Action::Crash { worker } | Action::Duplicate { worker } => {
                let Worker::At { names, .. } = state.workers[worker] else { return None };
                if matches!(action, Action::Crash { .. }) {
                    state.budget.crashes = state.budget.crashes.checked_sub(1)?;
                    state.workers[worker] = Worker::Idle;
                    // What was acknowledged does not come back.
                    if self.is_acknowledged(last.workers[worker]) {
                        return Some(state);
                    }
                } else {
                    state.budget.duplicates = state.budget.duplicates.checked_sub(1)?;
                }
                state.visible.push(names);
            }
            Action::LoseAnswer { worker } => {
                state.budget.lost_answers = state.budget.lost_answers.checked_sub(1)?;
                let Worker::At { names, about, delivery, .. } = state.workers[worker] else {
                    return None;
                };
                // Written; the second attempt of the SDK then meets what the first has written.
                let key = self.key(about, names, delivery);
                self.committed(&mut state, about, key);
            }
            Action::Conflict { worker } => {
                state.budget.conflicts = state.budget.conflicts.checked_sub(1)?;
                if self.build == Build::TrustsConflict {
                    self.go_on(&mut state, worker, self.after(Step::Commit));
                }
            }
            Action::Do { worker } => {
                let Worker::At { step, names, about, delivery } = state.workers[worker] else {
                    return None;
                };
                let next = match step {
                    Step::Read => {
                        // If-Match fails on an object that was overwritten: the current one is taken.
                        let about = state.current.max(about);
                        state.workers[worker] = Worker::At { step, names, about, delivery };
                        self.after(step)
                    }
                    Step::Quarantine => {
                        if !state.quarantine.contains(&about) {
                            state.quarantine.push(about);
                            state.quarantine.sort_unstable();
                        }
                        self.after(step)
                    }
                    Step::Commit => {
                        let key = self.key(about, names, delivery);
                        match self.committed(&mut state, about, key) {
                            None => {
                                // It comes back, and in the end rests on the dead-letter queue.
                                state.workers[worker] = Worker::Idle;
                                return Some(state);
                            }
                            next => next,
                        }
                    }
                    Step::Acknowledge => self.after(step),
                };
                self.go_on(&mut state, worker, next);
            }
        }
        state.visible.sort_unstable();
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("at rest nothing is lost", |model: &Self, state: &State| {
                let is_at_rest = state.visible.is_empty() && state.workers == [Worker::Idle; 2];
                let is_read = |about: u8| {
                    state.lake.iter().any(|(_, source)| *source == Some(about))
                        && state.quarantine.contains(&about)
                };
                // Where somebody else's object is in the way, the message is kept instead.
                let is_kept = model.foreign
                    && model.build != Build::TrustsPreconditionFailed
                    && state.current == 0;
                !is_at_rest || is_kept || is_read(state.current)
            }),
            Property::always("no row is there twice", |_, state: &State| {
                let mut sources: Vec<_> =
                    state.lake.iter().filter_map(|(_, source)| *source).collect();
                sources.sort_unstable();
                sources.windows(2).all(|pair| pair[0] != pair[1])
            }),
            Property::always("an object is what its key says", |_, state: &State| {
                state
                    .lake
                    .iter()
                    .all(|(key, source)| *key >= 100 || source.is_none_or(|own| own == *key))
            }),
            Property::sometimes("what is overwritten is read as well", |_, state: &State| {
                state.current == 1 && state.lake.iter().any(|(_, source)| *source == Some(1))
            }),
        ]
    }
}

impl Export {
    fn go_on(&self, state: &mut State, worker: usize, next: Option<Step>) {
        let Worker::At { names, about, delivery, .. } = state.workers[worker] else { return };
        state.workers[worker] = match next {
            Some(step) => Worker::At { step, names, about, delivery },
            None => Worker::Idle,
        };
    }

    fn is_acknowledged(&self, worker: Worker) -> bool {
        let Worker::At { step, .. } = worker else { return false };
        let place = |wanted| self.order().iter().position(|own| *own == wanted);
        place(step) > place(Step::Acknowledge)
    }
}
