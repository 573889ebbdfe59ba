//! `guardsift backtest`: what a rule set would have done to the findings of the past.

#[cfg_attr(not(test), expect(dead_code, reason = "the command that calls it is not written yet"))]
pub(crate) mod report;
