//! The status as a table: one column per place, or one row where there are many.

use std::collections::{BTreeMap, BTreeSet};

use clap::builder::styling::AnsiColor;

use crate::{
    figures::so_many,
    operate::{
        aligned::{Cell, aligned},
        frequency::short,
        health::{Destination, Health, Open, State},
    },
};

/// More places than this are rows.
const SIDE_BY_SIDE: usize = 4;
/// What is always on comes first.
const FOUNDATIONAL: [&str; 3] = ["CLOUD_TRAIL", "FLOW_LOGS", "DNS_LOGS"];

pub(super) fn text(places: &[Health]) -> String {
    let (present, absent): (Vec<_>, Vec<_>) =
        places.iter().partition(|place| place.state != State::NoDetector);
    let mut out = if present.is_empty() {
        String::new()
    } else if present.len() <= SIDE_BY_SIDE {
        columns(&present)
    } else {
        rows(&present)
    };
    for (account, regions) in by_account(&absent) {
        out.push_str(&format!("no detector in {account}: {}\n", regions.join(", ")));
    }
    out
}

fn by_account<'p>(places: &[&'p Health]) -> BTreeMap<&'p str, Vec<&'p str>> {
    let mut accounts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for place in places {
        let account = place.account.as_deref().unwrap_or("this account");
        accounts.entry(account).or_default().push(&place.region);
    }
    accounts
}

fn name(place: &Health) -> String {
    match &place.account {
        Some(account) => format!("{account} {}", place.region),
        None => place.region.clone(),
    }
}

fn columns(places: &[&Health]) -> String {
    let mut header = vec![Cell::new("")];
    header.extend(places.iter().map(|place| Cell::new(name(place)).bold()));
    let mut table = vec![header];
    let mut row = |label: &str, cell: &dyn Fn(&Health) -> Cell| {
        let mut cells = vec![Cell::new(label)];
        cells.extend(places.iter().map(|place| cell(place)));
        table.push(cells);
    };
    row("GuardDuty", &state);
    row("detector", &|place| plain_cell(place.detector.as_ref().map(|own| own.id.clone())));
    row("publishing frequency", &|place| {
        plain_cell(place.detector.as_ref().map(|own| short(&own.frequency).to_owned()))
    });
    for feature in features(places) {
        row(&feature, &|place| {
            let own = place.detector.as_ref().and_then(|own| own.features.get(&feature));
            own.map_or_else(|| Cell::new("–"), |own| on_off(own.on))
        });
        for part in parts(places, &feature) {
            row(&format!("  {part}"), &|place| {
                let own = place.detector.as_ref().and_then(|own| own.features.get(&feature));
                own.and_then(|own| own.parts.get(&part))
                    .map_or_else(|| Cell::new("–"), |on| on_off(*on))
            });
        }
    }
    row("export", &|place| export(place.destination.as_ref()));
    row("  to", &|place| {
        let arn = place.destination.iter().flatten().find_map(|own| own.arn.clone());
        plain_cell(arn.map(|arn| arn.rsplit(":::").next().unwrap_or_default().to_owned()))
    });
    row("open: critical", &|place| count(place, |open| open.critical, AnsiColor::BrightRed));
    row("open: high", &|place| count(place, |open| open.high, AnsiColor::Red));
    row("open: medium", &|place| count(place, |open| open.medium, AnsiColor::Yellow));
    row("open: low", &|place| count(place, |open| open.low, AnsiColor::Blue));
    row("administrator", &administrator);
    row("trial days left", &|place| plain_cell(place.trial_days.map(|days| days.to_string())));
    aligned(&table)
}

fn rows(places: &[&Health]) -> String {
    let header = [
        "Account",
        "Region",
        "GuardDuty",
        "Features",
        "Every",
        "Export",
        "Critical",
        "High",
        "Medium",
        "Low",
        "Trial",
    ];
    let mut table = vec![header.map(|name| Cell::new(name).bold()).to_vec()];
    for place in places {
        let detector = place.detector.as_ref();
        let on = detector.map(|own| {
            let on = own.features.values().filter(|feature| feature.on).count();
            format!("{on} of {}", own.features.len())
        });
        table.push(vec![
            plain_cell(place.account.clone()),
            Cell::new(&place.region),
            state(place),
            plain_cell(on),
            plain_cell(detector.map(|own| short(&own.frequency).to_owned())),
            export(place.destination.as_ref()),
            count(place, |open| open.critical, AnsiColor::BrightRed),
            count(place, |open| open.high, AnsiColor::Red),
            count(place, |open| open.medium, AnsiColor::Yellow),
            count(place, |open| open.low, AnsiColor::Blue),
            plain_cell(place.trial_days.map(|days| format!("{days}d"))),
        ]);
    }
    aligned(&table)
}

fn plain_cell(text: Option<String>) -> Cell {
    Cell::new(text.unwrap_or_else(|| "–".to_owned()))
}

fn state(place: &Health) -> Cell {
    match place.state {
        State::Enabled => Cell::new("enabled").colour(AnsiColor::Green),
        State::Suspended => Cell::new("suspended").colour(AnsiColor::Yellow),
        State::NoDetector => Cell::new("no detector"),
        State::Unknown => Cell::new("not known").colour(AnsiColor::Red),
    }
}

fn on_off(on: bool) -> Cell {
    if on { Cell::new("on").colour(AnsiColor::Green) } else { Cell::new("off") }
}

fn export(destination: Option<&Option<Destination>>) -> Cell {
    let Some(known) = destination else { return Cell::new("–") };
    let Some(own) = known else { return Cell::new("none") };
    match own.status.as_str() {
        "PUBLISHING" => Cell::new("publishing").colour(AnsiColor::Green),
        "PENDING_VERIFICATION" => Cell::new("pending"),
        "STOPPED" => Cell::new("stopped").colour(AnsiColor::Red),
        _ => {
            let since =
                own.failing_since.map(|moment| format!(" since {moment}")).unwrap_or_default();
            Cell::new(format!("FAILS{since}")).colour(AnsiColor::Red)
        }
    }
}

fn count(place: &Health, of: impl Fn(&Open) -> u64, colour: AnsiColor) -> Cell {
    match place.open_findings.as_ref().map(of) {
        None => Cell::new("–"),
        Some(0) => Cell::new("0"),
        Some(count) => Cell::new(count).colour(colour),
    }
}

fn administrator(place: &Health) -> Cell {
    match (&place.administrator, place.members) {
        (Some(account), _) => Cell::new(account),
        (None, Some(0)) => Cell::new("itself"),
        (None, Some(members)) => Cell::new(format!("itself, of {}", so_many(members, "member"))),
        (None, None) => Cell::new("–"),
    }
}

fn features(places: &[&Health]) -> Vec<String> {
    let all: BTreeSet<&String> = places
        .iter()
        .filter_map(|place| place.detector.as_ref())
        .flat_map(|detector| detector.features.keys())
        .collect();
    let is_first = |name: &&String| FOUNDATIONAL.contains(&name.as_str());
    let (first, rest): (Vec<&String>, Vec<&String>) = all.into_iter().partition(is_first);
    first.into_iter().chain(rest).cloned().collect()
}

fn parts(places: &[&Health], feature: &str) -> BTreeSet<String> {
    let own = places.iter().filter_map(|place| place.detector.as_ref()?.features.get(feature));
    own.flat_map(|feature| feature.parts.keys().cloned()).collect()
}

#[cfg(test)]
mod tests;
