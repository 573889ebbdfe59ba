//! The protocols of archiving and of exports as models, whose steps are tried in every order.
//!
//! A crate of its own, since nothing else of the tests has to be optimized.

#[cfg(test)]
mod archive;
#[cfg(test)]
mod export;
