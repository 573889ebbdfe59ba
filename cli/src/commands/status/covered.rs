//! What runtime monitoring covers, below the status: counts by type, then each resource that is not covered.

use clap::builder::styling::AnsiColor;

use crate::operate::{
    aligned::{Cell, aligned},
    health::Health,
};

/// So many are shown; the JSON has more.
const SHOWN: usize = 20;

pub(super) fn text(places: &[Health]) -> String {
    let mut out = String::new();
    for place in places {
        let Some(coverage) = &place.coverage else { continue };
        let account = place.account.as_deref().map(|id| format!("{id} ")).unwrap_or_default();
        out.push_str(&format!("\ncoverage of runtime monitoring, {account}{}\n", place.region));
        if coverage.by_type.is_empty() {
            out.push_str(
                "  no resources: runtime monitoring is off, or there is nothing to watch\n",
            );
            continue;
        }
        let counts = coverage.by_type.iter().map(|(kind, covered)| {
            let unhealthy = Cell::new(format!("{} not covered", covered.unhealthy));
            vec![
                Cell::new(format!("  {kind}")),
                Cell::new(format!("{} covered", covered.healthy)),
                if covered.unhealthy > 0 { unhealthy.colour(AnsiColor::Yellow) } else { unhealthy },
            ]
        });
        out.push_str(&aligned(&counts.collect::<Vec<_>>()));
        let rows = coverage.unhealthy.iter().take(SHOWN).map(|own| {
            vec![
                Cell::new(format!("  {}", own.kind)),
                Cell::new(&own.resource),
                Cell::new(&own.account),
                Cell::new(&own.issue),
            ]
        });
        out.push_str(&aligned(&rows.collect::<Vec<_>>()));
        let more = coverage.unhealthy.len().saturating_sub(SHOWN);
        if more > 0 {
            out.push_str(&format!("  and {more} more; --output json has them\n"));
        }
    }
    out
}
