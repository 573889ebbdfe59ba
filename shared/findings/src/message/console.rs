//! Links to the AWS console that nothing in a finding can point elsewhere.

use crate::Finding;

/// A link longer than this is none: no Region, id or name that AWS accepts makes one.
pub(super) const URL: usize = 800;

/// Where the consoles of a Region are, as the part of a link before its path.
pub(super) struct Console<'a> {
    origin: String,
    region: &'a str,
}

impl<'a> Console<'a> {
    /// The console of the finding's partition and Region, when both are such that a link can be
    /// made of them.
    pub(super) fn of(finding: &'a Finding) -> Option<Self> {
        let region = finding.region().filter(|text| is_plain(text))?;
        let host = match finding.partition()? {
            "aws" => format!("{region}.console.aws.amazon.com"),
            "aws-us-gov" => "console.amazonaws-us-gov.com".to_owned(),
            "aws-cn" => "console.amazonaws.cn".to_owned(),
            _ => return None,
        };
        Some(Self { origin: format!("https://{host}"), region })
    }

    /// `<service>/home?region=<Region>#<place>`. The place holds nothing but what the caller has
    /// checked.
    pub(super) fn home(&self, service: &str, place: &str) -> Option<String> {
        let Self { origin, region } = self;
        short(format!("{origin}/{service}/home?region={region}#{place}"))
    }

    /// `<path>?region=<Region>`. The path holds nothing but what the caller has checked.
    pub(super) fn page(&self, path: &str) -> Option<String> {
        let Self { origin, region } = self;
        short(format!("{origin}/{path}?region={region}"))
    }
}

/// The finding itself in GuardDuty's console: only a Region's and an id's own letters get into it.
pub(super) fn finding(finding: &Finding) -> Option<String> {
    let id = Some(finding.id()).filter(|text| is_plain(text))?;
    Console::of(finding)?.home("guardduty", &format!("/findings?search=id%3D{id}"))
}

fn short(url: String) -> Option<String> {
    (url.len() <= URL).then_some(url)
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
