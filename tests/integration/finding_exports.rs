//! finding-exports, the real binary: what may happen to an export object, one row of the failure catalogue after the other.

mod faults;
mod lines;
mod objects;
pub(crate) mod rig;
mod runtime;
