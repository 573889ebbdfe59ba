//! How far a long command is, how fast it goes and how long it takes: on a terminal only.

use indicatif::{ProgressBar, ProgressStyle};

use crate::talk;

/// Of a known number of bytes.
pub(crate) fn bytes(total: u64) -> ProgressBar {
    bar(total, "{bar:40} {bytes} of {total_bytes}  {bytes_per_sec}  {eta} left")
}

/// Of a known number of things.
pub(crate) fn things(total: u64) -> ProgressBar {
    bar(total, "{bar:40} {human_pos} of {human_len}  {eta} left")
}

fn bar(total: u64, template: &str) -> ProgressBar {
    match ProgressStyle::with_template(template) {
        Ok(style) if !talk::is_quiet() => ProgressBar::new(total).with_style(style),
        _ => ProgressBar::hidden(),
    }
}
