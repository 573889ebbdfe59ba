//! What a finding holds several times, and what every finding holds.

use std::{collections::HashSet, sync::LazyLock};

use crate::{attribute::AttributeKind, condition::Target};

/// The paths of lists that attributes lead to or through.
static LISTS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("lists.tsv").lines().filter(|line| !line.starts_with('#')).collect()
});

/// Required in the service model's `Finding`, or part of every finding that GuardDuty makes.
const ALWAYS_THERE: [&str; 18] = [
    "accountId",
    "arn",
    "createdAt",
    "id",
    "partition",
    "region",
    "resource.resourceType",
    "schemaVersion",
    "service.archived",
    "service.count",
    "service.detectorId",
    "service.eventFirstSeen",
    "service.eventLastSeen",
    "service.resourceRole",
    "service.serviceName",
    "severity",
    "type",
    "updatedAt",
];

/// Whether every finding of GuardDuty's has a value there.
pub(crate) fn is_always_there(attribute: &str) -> bool {
    ALWAYS_THERE.contains(&attribute)
}

/// The innermost list that the path leads to or through.
pub(crate) fn list_around(path: &'static str) -> Option<&'static str> {
    let mut rest = path;
    loop {
        if LISTS.contains(rest) {
            return Some(rest);
        }
        rest = rest.rsplit_once('.')?.0;
    }
}

/// Whether a finding of GuardDuty's has at most one value there. What the service model does not
/// describe may be anything.
pub(crate) fn has_one_value(target: Target) -> bool {
    match target {
        Target::Attribute(attribute) => {
            attribute.kind != AttributeKind::Any && list_around(attribute.name).is_none()
        }
        Target::Elements(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Attribute;

    #[test]
    fn every_list_leads_to_an_attribute() {
        assert_eq!(LISTS.len(), 74);
        for list in LISTS.iter() {
            let leads = Attribute::named(list).is_some() || Attribute::path_above(list).is_some();
            assert!(leads, "{list}");
        }
    }

    #[test]
    fn what_stands_in_a_list_may_be_there_more_than_once() {
        let has_one = |name| has_one_value(Target::Attribute(Attribute::named(name).unwrap()));
        assert!(has_one("severity") && has_one("resource.instanceDetails.instanceId"));
        assert!(!has_one("resource.instanceDetails.tags.value"));
        assert!(!has_one("service.action.kubernetesApiCallAction.sourceIPs"));
        assert!(!has_one("service.additionalInfo.sample"));
        let probes = "service.action.portProbeAction.portProbeDetails";
        let address = "service.action.portProbeAction.portProbeDetails.remoteIpDetails.ipAddressV4";
        assert_eq!(list_around(address), Some(probes));
        assert_eq!(list_around("severity"), None);
    }
}
