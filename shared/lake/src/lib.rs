//! The lake: what a finding looks like in it, what is set aside, and the writes, each of which can
//! be made twice with the effect of once.

mod columns;
mod commit;
mod compaction;
mod convert;
mod folder;
mod inventory;
mod lake;
mod manifest;
mod merge;
mod ocsf;
mod partition;
mod quarantine;
mod rows;
mod schema;
mod shape;
mod sorting;
mod source_id;
mod spool;
mod table;
mod versions;
mod writer;

pub use commit::Committed;
pub use compaction::{Compacted, Compaction};
pub use convert::{ConvertError, Converted, Counts, Outputs, convert};
pub use inventory::Inventory;
pub use lake::{Lake, LakeError};
pub use ocsf::CustomSource;
pub use partition::Partition;
pub use quarantine::object_note;
pub use sorting::{Sorted, Sorting, SortingError};
pub use source_id::source_id;
pub use versions::Versions;
pub use writer::TableError;

/// Where files of findings are.
const FINDINGS: &str = "findings/v1";
/// Where that is which does not belong among them.
const QUARANTINE: &str = "quarantine/v1/finding-exports";

#[cfg(test)]
mod tests {
    pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }
}
