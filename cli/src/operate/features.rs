//! What a detector watches beyond what is always on, as a person names it.

use std::collections::BTreeMap;

use aws_sdk_guardduty::types::{
    DetectorAdditionalConfiguration, DetectorFeature, DetectorFeatureConfiguration,
    FeatureAdditionalConfiguration, FeatureStatus,
};

/// `NAME=on` or `NAME.PART=off`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wish {
    /// As the API writes it, such as `S3_DATA_EVENTS`.
    pub(crate) feature: String,
    /// A part of the feature, such as `EKS_ADDON_MANAGEMENT`.
    pub(crate) part: Option<String>,
    pub(crate) on: bool,
}

/// Reads a wish; case does not matter, and `-` is as good as `_`.
pub(crate) fn wish(text: &str) -> Result<Wish, String> {
    let (name, state) = text.split_once('=').ok_or("write it as S3_DATA_EVENTS=on")?;
    let on = match state.to_ascii_lowercase().as_str() {
        "on" | "enabled" | "true" => true,
        "off" | "disabled" | "false" => false,
        _ => return Err("after the = comes on or off".to_owned()),
    };
    let name = name.to_ascii_uppercase().replace('-', "_");
    let (feature, part) = match name.split_once('.') {
        Some((feature, part)) => (feature.to_owned(), Some(part.to_owned())),
        None => (name, None),
    };
    known(&feature, DetectorFeature::values())?;
    if let Some(part) = &part {
        known(part, FeatureAdditionalConfiguration::values())?;
    }
    Ok(Wish { feature, part, on })
}

fn known(name: &str, names: &[&'static str]) -> Result<(), String> {
    if names.contains(&name) {
        return Ok(());
    }
    let foundational = ["CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS"];
    if foundational.contains(&name) {
        return Err(format!("{name} is foundational: it is always on"));
    }
    Err(format!("there is no {name}; there are {}", names.join(", ")))
}

/// The wishes, and for each part whose feature nobody named the state that the feature is to have: a call says it
/// with the part. It stays on where it is on, and a part that is switched on takes it along.
pub(crate) fn with_features(wishes: &[Wish], is_on: impl Fn(&str) -> bool) -> Vec<Wish> {
    let mut all: Vec<Wish> = Vec::new();
    for wish in wishes {
        let is_of_it = |own: &&Wish| own.feature == wish.feature;
        let is_said = wishes.iter().chain(&all).filter(is_of_it).any(|own| own.part.is_none());
        if !is_said {
            let on = is_on(&wish.feature) || wishes.iter().filter(is_of_it).any(|own| own.on);
            all.push(Wish { feature: wish.feature.clone(), part: None, on });
        }
        all.push(wish.clone());
    }
    all
}

/// The wishes as a call takes them: one entry per feature.
pub(crate) fn configurations(wishes: &[Wish]) -> Vec<DetectorFeatureConfiguration> {
    let status = |on| if on { FeatureStatus::Enabled } else { FeatureStatus::Disabled };
    let mut features: BTreeMap<&str, Vec<&Wish>> = BTreeMap::new();
    for wish in wishes {
        features.entry(&wish.feature).or_default().push(wish);
    }
    let one = |(name, wishes): (&str, Vec<&Wish>)| {
        let whole = wishes.iter().rfind(|wish| wish.part.is_none());
        let mut entry = DetectorFeatureConfiguration::builder().name(DetectorFeature::from(name));
        entry = entry.set_status(whole.map(|wish| status(wish.on)));
        for wish in wishes {
            let Some(part) = &wish.part else { continue };
            let part = FeatureAdditionalConfiguration::from(part.as_str());
            entry = entry.additional_configuration(
                DetectorAdditionalConfiguration::builder()
                    .name(part)
                    .status(status(wish.on))
                    .build(),
            );
        }
        entry.build()
    };
    features.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_is_named_as_people_write_it() {
        let expected = Wish { feature: "S3_DATA_EVENTS".to_owned(), part: None, on: true };
        assert_eq!(wish("s3-data-events=on"), Ok(expected));
        let part = wish("RUNTIME_MONITORING.eks-addon-management=off").unwrap();
        assert_eq!(part.part.as_deref(), Some("EKS_ADDON_MANAGEMENT"));
        assert!(wish("S3=on").unwrap_err().contains("S3_DATA_EVENTS"));
        assert!(wish("FLOW_LOGS=off").unwrap_err().contains("always on"));
        assert!(wish("S3_DATA_EVENTS").is_err() && wish("S3_DATA_EVENTS=maybe").is_err());
    }

    #[test]
    fn parts_go_with_their_feature() {
        let wishes = ["RUNTIME_MONITORING.EKS_ADDON_MANAGEMENT=on", "S3_DATA_EVENTS=off"];
        let wishes: Vec<_> = wishes.iter().map(|text| wish(text).unwrap()).collect();
        let made = configurations(&with_features(&wishes, |_| false));
        assert_eq!(made.len(), 2);
        assert_eq!(made[0].status, Some(FeatureStatus::Enabled));
        assert_eq!(made[0].additional_configuration().len(), 1);
        assert_eq!(made[1].status, Some(FeatureStatus::Disabled));
    }

    #[test]
    fn a_part_that_is_switched_off_leaves_its_feature_as_it_is() {
        let off = [wish("RUNTIME_MONITORING.EKS_ADDON_MANAGEMENT=off").unwrap()];
        for (is_on, status) in [(true, FeatureStatus::Enabled), (false, FeatureStatus::Disabled)] {
            let made = configurations(&with_features(&off, |_| is_on));
            assert_eq!(made[0].status, Some(status));
            let part = &made[0].additional_configuration()[0];
            assert_eq!(part.status, Some(FeatureStatus::Disabled));
        }
        let both = ["RUNTIME_MONITORING=off", "RUNTIME_MONITORING.EKS_ADDON_MANAGEMENT=off"];
        let both: Vec<_> = both.iter().map(|text| wish(text).unwrap()).collect();
        assert_eq!(with_features(&both, |_| true), both, "what was said holds");
    }
}
