//! Links to the AWS console that nothing in a finding can point elsewhere.

use crate::Finding;

/// A link longer than this is none: no Region, id or name that AWS accepts makes one.
pub(crate) const URL: usize = 800;

/// Where the consoles of a Region are, as the part of a link before its path.
pub(crate) struct Console<'a> {
    origin: String,
    region: &'a str,
}

impl<'a> Console<'a> {
    /// The console of the finding's partition and Region, when both are such that a link can be
    /// made of them.
    pub(crate) fn of(finding: &'a Finding) -> Option<Self> {
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
    pub(crate) fn home(&self, service: &str, place: &str) -> Option<String> {
        let Self { origin, region } = self;
        short(format!("{origin}/{service}/home?region={region}#{place}"))
    }

    /// `<path>?region=<Region>`. The path holds nothing but what the caller has checked.
    pub(crate) fn page(&self, path: &str) -> Option<String> {
        let Self { origin, region } = self;
        short(format!("{origin}/{path}?region={region}"))
    }
}

impl Finding {
    /// The finding's own page, a link that nothing in it can point elsewhere: only a Region's and an
    /// id's own letters get into it. `None` when the finding lacks one of them, or its partition.
    pub fn console_url(&self) -> Option<String> {
        let id = Some(self.id()).filter(|text| is_plain(text))?;
        Console::of(self)?.home("guardduty", &format!("/findings?search=id%3D{id}"))
    }
}

fn short(url: String) -> Option<String> {
    (url.len() <= URL).then_some(url)
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
