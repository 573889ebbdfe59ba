//! `guardsift org status`: who administers what, per Region.

use clap::ValueEnum;
use serde::Serialize;

use super::now::Automatic;
use crate::{
    exit::Exit,
    object,
    operate::{
        Places, RegionOff, Seat,
        aligned::{Cell, aligned},
        members::Member,
    },
    stdout,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How to print it
    #[arg(long, value_enum, default_value_t = OrgFormat::Table)]
    output: OrgFormat,
    #[command(flatten)]
    places: Places,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OrgFormat {
    /// Aligned columns
    Table,
    /// One object, guardsift.org/v1
    Json,
    /// The same as YAML
    Yaml,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  guardsift org status --all-regions
  guardsift org status --region eu-west-1 --output json

The management account sees the administrator, the administrator sees configuration and members, and
a member sees its administrator. Exit code 3: the administrator is not the same account everywhere.";

/// One place. Its members are a contract.
#[derive(Debug, Serialize)]
struct Organization {
    account: Option<String>,
    region: String,
    administrator: Option<String>,
    automatic: Option<Automatic>,
    members: Option<Vec<Member>>,
    errors: Vec<String>,
}

#[derive(Serialize)]
struct OrgV1<'a> {
    schema: &'static str,
    places: &'a [Organization],
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let reach = arguments.places.reach()?;
    let mut places = Vec::new();
    for (_, answer) in reach.each(async |seat| organization(seat).await) {
        places.push(answer?);
    }
    match arguments.output {
        OrgFormat::Table => stdout::print!("{}", text(&places))?,
        OrgFormat::Json | OrgFormat::Yaml => {
            let object = OrgV1 { schema: "guardsift.org/v1", places: &places };
            object::print(&object, arguments.output == OrgFormat::Yaml)?;
        }
    }
    places.iter().flat_map(|own| &own.errors).for_each(|error| anstream::eprintln!("{error}"));
    if places.iter().any(|own| !own.errors.is_empty()) {
        return Ok(Exit::Other);
    }
    let mut administrators: Vec<_> =
        places.iter().filter_map(|own| own.administrator.as_ref()).collect();
    administrators.sort();
    administrators.dedup();
    if let [first, .., last] = administrators.as_slice() {
        anstream::eprintln!(
            "{first} administers some Regions and {last} others; GuardDuty wants the same account everywhere: `guardsift org delegate` in each"
        );
        return Ok(Exit::CheckFailed);
    }
    Ok(Exit::Success)
}

/// # Errors
/// When the account has not opted in to the Region.
async fn organization(seat: &Seat) -> anyhow::Result<Organization> {
    let mut errors = Vec::new();
    let delegated = seat.delegated().await;
    let detector = match seat.detector_id().await {
        Ok(detector) => detector,
        Err(error) if error.is::<RegionOff>() => return Err(error),
        Err(error) => {
            errors.push(format!("{error:#}"));
            None
        }
    };
    let mut own = Organization {
        account: seat.account.clone(),
        region: seat.region.clone(),
        administrator: None,
        automatic: None,
        members: None,
        errors,
    };
    match (&delegated, &detector) {
        (Ok(administrator), _) => own.administrator = administrator.clone(),
        // A member may not ask who was delegated, but knows whose member it is.
        (Err(error), Some(detector)) => match seat.administrator(detector).await {
            Ok(Some(administrator)) => own.administrator = Some(administrator),
            _ => own.errors.push(format!("{error:#}")),
        },
        (Err(error), None) => own.errors.push(format!("{error:#}")),
    }
    let is_administrator = own.administrator.is_some() && own.administrator == seat.account;
    if let Some(detector) = detector.filter(|_| is_administrator) {
        match seat.automatic(&detector).await {
            Ok(automatic) => own.automatic = Some(automatic),
            Err(error) => own.errors.push(format!("{error:#}")),
        }
        match seat.members(&detector).await {
            Ok(members) => own.members = Some(members),
            Err(error) => own.errors.push(format!("{error:#}")),
        }
    }
    Ok(own)
}

fn text(places: &[Organization]) -> String {
    let header = ["Account", "Region", "Administrator", "New accounts get", "Features", "Members"];
    let mut rows = vec![header.map(|name| Cell::new(name).bold()).to_vec()];
    for own in places {
        let dash = || "–".to_owned();
        let automatic = own.automatic.as_ref();
        let features = automatic.map(|all| {
            let on = all.features.iter().filter(|(_, auto)| *auto != "NONE");
            let on: Vec<_> =
                on.map(|(name, auto)| format!("{name}={}", auto.to_lowercase())).collect();
            if on.is_empty() { "none".to_owned() } else { on.join(" ") }
        });
        let members = own.members.as_ref().map(|members| match members.as_slice() {
            [] => "none".to_owned(),
            all => {
                let off = all.iter().filter(|member| member.relationship != "Enabled").count();
                if off == 0 {
                    all.len().to_string()
                } else {
                    format!("{}, {off} not enabled", all.len())
                }
            }
        });
        rows.push(vec![
            Cell::new(own.account.clone().unwrap_or_else(dash)),
            Cell::new(&own.region),
            Cell::new(own.administrator.clone().unwrap_or_else(|| "none".to_owned())),
            Cell::new(
                automatic
                    .map_or_else(dash, |all| format!("GuardDuty={}", all.members.to_lowercase())),
            ),
            Cell::new(features.unwrap_or_else(dash)),
            Cell::new(members.unwrap_or_else(dash)),
        ]);
    }
    aligned(&rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_a_dash_and_members_that_are_off_are_counted() {
        let member = |relationship: &str| Member {
            account: "444455556666".to_owned(),
            relationship: relationship.to_owned(),
        };
        let own = Organization {
            account: Some("111122223333".to_owned()),
            region: "eu-west-1".to_owned(),
            administrator: None,
            automatic: None,
            members: Some(vec![member("Enabled"), member("Removed")]),
            errors: Vec::new(),
        };
        let text = anstream::adapter::strip_str(&text(&[own])).to_string();
        assert!(
            text.contains("2, 1 not enabled") && text.contains("none") && text.contains('–'),
            "{text}"
        );
    }
}
