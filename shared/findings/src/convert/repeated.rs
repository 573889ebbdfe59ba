//! Where a finding may hold more than one value: the lists on the way to an attribute.

use crate::{Attribute, shape::list_around};

/// What the service model does not describe and may be lists, so they are taken for ones.
const PERHAPS_LISTS: [&str; 6] = [
    "resource.rdsDbInstanceDetails.dbSecurityGroups",
    "resource.rdsDbInstanceDetails.vpcSecurityGroups",
    "service.additionalInfo.agentDetails",
    "service.additionalInfo.anomalies",
    "service.additionalInfo.unusual",
    "service.additionalInfo.userAgent",
];

/// The lists on a path, itself included, innermost first.
pub(crate) fn lists_on(path: &'static str) -> impl Iterator<Item = &'static str> {
    let outer =
        |list: &&'static str| list.rsplit_once('.').and_then(|(above, _)| list_around(above));
    let perhaps = PERHAPS_LISTS.into_iter().filter(move |list| {
        path.strip_prefix(list).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    });
    std::iter::successors(list_around(path), outer).chain(perhaps)
}

/// Whether there may be several values below `base`, which is empty for the whole finding.
pub(crate) fn is_repeated(path: &'static str, base: &str) -> bool {
    lists_on(path).any(|list| list.len() > base.len())
}

/// The paths of all lists of objects that attributes lead through, in order.
pub(crate) fn lists_of_objects() -> Vec<&'static str> {
    let is_inside = |list: &&str| Attribute::named(list).is_none();
    let names = Attribute::all().iter().map(|attribute| attribute.name);
    let mut lists: Vec<_> = names.flat_map(lists_on).filter(is_inside).collect();
    lists.sort_unstable();
    lists.dedup();
    lists
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_a_path_of_attributes() {
        for list in PERHAPS_LISTS {
            assert!(Attribute::path_above(list).is_some(), "{list}");
        }
    }

    #[test]
    fn a_path_is_repeated_below_a_list_and_single_within_one_element() {
        let tag = "resource.instanceDetails.tags.value";
        assert!(is_repeated(tag, ""));
        assert!(!is_repeated(tag, "resource.instanceDetails.tags"));
        assert!(!is_repeated("service.count", ""));
        assert!(is_repeated("service.action.kubernetesApiCallAction.sourceIPs", ""));
        let group = "resource.instanceDetails.networkInterfaces.securityGroups.groupId";
        assert_eq!(lists_on(group).count(), 2);
        assert!(is_repeated(group, "resource.instanceDetails.networkInterfaces"));
        assert!(lists_of_objects().contains(&"resource.instanceDetails.tags"));
        assert!(!lists_of_objects().iter().any(|list| list.ends_with("sourceIPs")));
    }
}
