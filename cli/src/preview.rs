//! What a destination would receive, as JSON and as a page that shows it.

pub(crate) use self::destination::{To, body, pretty};

mod destination;
pub(crate) mod page;
mod shown;
mod slack;
mod teams;
#[cfg(test)]
mod tests;
