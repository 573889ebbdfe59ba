//! The lake: what a finding looks like in it, what is set aside, and the writes, each of which can
//! be made twice with the effect of once.

mod columns;
mod convert;
mod lake;
mod quarantine;
mod schema;
mod source;
mod table;

pub use convert::{ConvertError, Converted, Counts, convert};
pub use lake::{Committed, Lake, LakeError};
pub use quarantine::object as object_note;
pub use source::{SourceKey, source_id};
