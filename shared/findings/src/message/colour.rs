//! The colours of the severity levels.

use crate::SeverityLevel;

/// How a severity looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colour {
    /// `#rrggbb`, for Slack's bar.
    pub(super) hex: &'static str,
    /// The container style of Adaptive Cards.
    pub(super) style: &'static str,
    /// The text colour of Adaptive Cards.
    pub(super) text: &'static str,
}

/// An unknown severity has a colour of its own, since it is not a low one.
pub(super) fn of(level: Option<SeverityLevel>) -> Colour {
    let (hex, style, text) = match level {
        Some(SeverityLevel::Critical) => ("#9c1c3a", "attention", "attention"),
        Some(SeverityLevel::High) => ("#c4371b", "attention", "attention"),
        Some(SeverityLevel::Medium) => ("#a86a00", "warning", "warning"),
        Some(SeverityLevel::Low) => ("#2b7a9b", "accent", "accent"),
        None => ("#75808c", "emphasis", "default"),
    };
    Colour { hex, style, text }
}
