//! The Regions that GuardDuty is in, by partition.

/// Region and whether an account has to opt in to it
/// (<https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_regions.html>).
const REGIONS: [(&str, bool); 38] = [
    ("us-east-1", false),
    ("us-east-2", false),
    ("us-west-1", false),
    ("us-west-2", false),
    ("af-south-1", true),
    ("ap-east-1", true),
    ("ap-east-2", true),
    ("ap-northeast-1", false),
    ("ap-northeast-2", false),
    ("ap-northeast-3", false),
    ("ap-south-1", false),
    ("ap-south-2", true),
    ("ap-southeast-1", false),
    ("ap-southeast-2", false),
    ("ap-southeast-3", true),
    ("ap-southeast-4", true),
    ("ap-southeast-5", true),
    ("ap-southeast-7", true),
    ("ca-central-1", false),
    ("ca-west-1", true),
    ("eu-central-1", false),
    ("eu-central-2", true),
    ("eu-north-1", false),
    ("eu-south-1", true),
    ("eu-south-2", true),
    ("eu-west-1", false),
    ("eu-west-2", false),
    ("eu-west-3", false),
    ("il-central-1", true),
    ("me-central-1", true),
    ("me-south-1", true),
    ("mx-central-1", true),
    ("sa-east-1", false),
    ("cn-north-1", false),
    ("cn-northwest-1", false),
    ("us-gov-east-1", false),
    ("us-gov-west-1", false),
    ("eusc-de-east-1", false),
];

/// `aws`, `aws-cn`, `aws-us-gov` or `aws-eusc`.
pub(crate) fn partition(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ if region.starts_with("eusc-") => "aws-eusc",
        _ => "aws",
    }
}

/// All Regions in the partition of this one.
pub(crate) fn beside(region: &str) -> Vec<String> {
    let own = partition(region);
    let same = REGIONS.iter().filter(|(name, _)| partition(name) == own);
    same.map(|(name, _)| (*name).to_owned()).collect()
}

/// Whether an account is in this Region only after it opted in.
pub(crate) fn is_opt_in(region: &str) -> bool {
    REGIONS.iter().any(|(name, opt_in)| *name == region && *opt_in)
}

/// The principal that GuardDuty writes exports as: a regional one where accounts opt in.
pub(crate) fn principal(region: &str) -> String {
    // Of the partitions that can be named here, only China's has principals with a suffix of its own.
    let suffix = if partition(region) == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    if is_opt_in(region) {
        format!("guardduty.{region}.{suffix}")
    } else {
        format!("guardduty.{suffix}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_keeps_to_itself_and_opt_in_regions_have_their_own_principal() {
        assert_eq!(beside("cn-north-1"), ["cn-north-1", "cn-northwest-1"]);
        assert!(beside("eu-west-1").contains(&"af-south-1".to_owned()));
        assert!(!beside("eu-west-1").iter().any(|region| region.contains("gov")));
        assert_eq!(principal("eu-west-1"), "guardduty.amazonaws.com");
        assert_eq!(principal("eu-south-2"), "guardduty.eu-south-2.amazonaws.com");
        assert_eq!(partition("us-gov-west-1"), "aws-us-gov");
    }
}
