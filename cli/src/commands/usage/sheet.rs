//! The costs as tables.

use super::costs::{Cost, Costs};
use crate::{
    figures::counted,
    operate::aligned::{Cell, aligned},
};

/// So many resources are shown; the JSON has all that GuardDuty gave.
const SHOWN: usize = 10;

pub(super) fn text(places: &[Costs]) -> String {
    let mut out = String::new();
    for place in places {
        let account = place.account.as_deref().map(|id| format!("{id} ")).unwrap_or_default();
        out.push_str(&format!("{account}{}\n", place.region));
        let trial = match place.trial_days {
            Some(0) => "over".to_owned(),
            Some(days) => format!("{} left", counted(days.unsigned_abs().into(), "day")),
            None => "not known".to_owned(),
        };
        let (Some(sum), Some(month), false) =
            (place.last_30_days, place.month_estimate, place.pending)
        else {
            out.push_str(&format!("  pending: GuardDuty has no figures before the detector is a week old; trial: {trial}\n"));
            continue;
        };
        out.push_str(&format!(
            "  {:.2} USD in {}; estimated month {:.2} USD; trial: {trial}\n",
            sum,
            counted(place.counted_days, "day"),
            month
        ));
        let mut rows = Vec::new();
        for (what, costs) in [
            ("feature", &place.by_feature),
            ("source", &place.by_source),
            ("account", &place.by_account),
            ("resource", &place.by_resource),
        ] {
            rows.extend(costs.iter().take(SHOWN).map(|cost| row(what, cost)));
        }
        out.push_str(&aligned(&rows));
    }
    let sum =
        |of: fn(&Costs) -> Option<f64>| places.iter().filter_map(of).reduce(|sum, own| sum + own);
    if places.len() > 1
        && let (Some(sum), Some(month)) =
            (sum(|own| own.last_30_days), sum(|own| own.month_estimate))
    {
        out.push_str(&format!("all places: {sum:.2} USD; estimated month {month:.2} USD\n"));
    }
    out
}

fn row(what: &str, cost: &Cost) -> Vec<Cell> {
    vec![
        Cell::new(format!("  by {what}")),
        Cell::new(&cost.name),
        Cell::new(format!("{:>10.2} USD", cost.amount)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_young_detector_is_pending_and_places_are_summed() {
        let place = |region: &str, pending, sum| Costs {
            account: None,
            region: region.to_owned(),
            pending,
            counted_days: 30,
            last_30_days: sum,
            month_estimate: sum,
            trial_days: Some(1),
            by_feature: vec![Cost {
                name: "FLOW_LOGS".to_owned(),
                amount: sum.unwrap_or_default(),
            }],
            by_account: Vec::new(),
            by_source: Vec::new(),
            by_resource: Vec::new(),
        };
        let text = text(&[place("eu-west-1", false, Some(12.5)), place("us-east-1", true, None)]);
        for part in [
            "12.50 USD in 30 days",
            "trial: 1 day left",
            "by feature",
            "pending",
            "all places: 12.50 USD",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
