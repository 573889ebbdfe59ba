//! Filter attributes that GuardDuty once had and took back.

use crate::attribute::ATTRIBUTE_MODEL;

/// The last service model seen that still had them.
const LAST_MODEL: &str = "botocore 1.43.11";

/// In `CreateFilter` of [`LAST_MODEL`] and no longer in [`ATTRIBUTE_MODEL`].
const WITHDRAWN: [&str; 7] = [
    "description",
    "resource.rdsDbInstanceDetails.tags.key",
    "resource.rdsDbInstanceDetails.tags.value",
    "service.action.awsApiCallAction.affectedResources",
    "service.detection.anomaly.profiles",
    "service.detection.anomaly.unusual.behavior",
    "title",
];

/// What to do instead.
pub(crate) const HELP: &str = "ask for what it was made of: the type, the resource, the action; a filter that still has it can no longer be created";

/// Whether it was an attribute, or an object that held some.
pub(crate) fn was_attribute(name: &str) -> bool {
    WITHDRAWN.iter().any(|own| {
        let rest = own.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// Says when it was one.
pub(crate) fn message(name: &str) -> String {
    format!("`{name}` is withdrawn: a filter attribute in {LAST_MODEL}, none in {ATTRIBUTE_MODEL}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Attribute;

    #[test]
    fn what_was_withdrawn_is_no_attribute_now() {
        for name in WITHDRAWN {
            assert!(was_attribute(name) && Attribute::named(name).is_none(), "{name}");
            let message = message(name);
            assert!(message.contains(name) && message.contains(LAST_MODEL), "{message}");
        }
    }

    #[test]
    fn objects_that_held_only_withdrawn_attributes_are_withdrawn_and_others_never_existed() {
        assert!(was_attribute("resource.rdsDbInstanceDetails.tags"));
        for name in ["titles", "tit", "", "service.action.awsApiCallAction.affectedResources.x"] {
            assert!(!was_attribute(name), "{name}");
        }
    }
}
