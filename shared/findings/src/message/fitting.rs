//! Cutting a message down until all of it fits, never the links.

/// How long texts may be, in UTF-16 units, from what is liked to what always fits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// The description is left out at 0.
    pub(super) description: usize,
    /// Each other text.
    pub(super) text: usize,
}

const ROOMS: [Room; 4] = [
    Room { description: 2_000, text: 600 },
    Room { description: 1_000, text: 300 },
    Room { description: 300, text: 160 },
    Room { description: 0, text: 60 },
];

/// The body with the most room that fits; the one with the least when none does.
pub(super) fn fitting<T>(make: impl Fn(Room) -> T, fits: impl Fn(&T) -> bool) -> T {
    let [first, others @ ..] = ROOMS;
    let mut body = make(first);
    for room in others {
        if fits(&body) {
            break;
        }
        body = make(room);
    }
    body
}
