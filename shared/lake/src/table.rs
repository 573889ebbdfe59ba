//! Rows of findings into a file of the lake.

use platform::store::FileContent;

use crate::{
    columns::Cell,
    schema::{UNIQUE, columns},
    writer::{TableError, Writer},
};

/// A file of the lake in the making.
pub(crate) struct Table(Writer);

impl Table {
    pub(crate) fn new() -> Result<Self, TableError> {
        Ok(Self(Writer::new(&columns(), &UNIQUE)?))
    }

    /// A row, in the order of the lake's columns.
    pub(crate) fn push(&mut self, row: impl IntoIterator<Item = Cell>) -> Result<(), TableError> {
        for (leaf, cell) in row.into_iter().enumerate() {
            self.0.push(leaf, cell, 0, 0);
        }
        self.0.end_row()
    }

    /// The whole file, with what is known at the end in its footer.
    pub(crate) fn finish(
        self,
        footer: Vec<(&'static str, String)>,
    ) -> Result<FileContent, TableError> {
        self.0.finish(footer)
    }
}
