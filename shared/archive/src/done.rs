//! What a run has done so far: kept outside of the run, so that it is told also when the run fails.

use serde::Serialize;

/// What a run has done.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct Done {
    /// Findings archived and seen so.
    pub archived: u32,
    /// Findings taken back at once, because they no longer matched when they were looked at again.
    pub taken_back: u32,
    /// Findings that a rule archived earlier, that no rule archives as they are now, and that were
    /// taken back.
    pub escalated: u32,
    /// Findings whose archiving an earlier attempt had begun and this one ended.
    pub repaired: u32,
    /// Findings that GuardDuty does not show as it was told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unverified: Vec<String>,
    /// Why nothing is archived any more: what the stop object or the stop parameter says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}
