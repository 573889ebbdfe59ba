//! How deep a text's JSON may be nested.

/// The nesting that `serde_json` and most other readers accept. Real findings stay below ten.
pub(super) const MAX_DEPTH: usize = 127;
