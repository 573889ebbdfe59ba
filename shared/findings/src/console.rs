//! Where a person looks at a finding: its page in the AWS console.

use crate::Finding;

impl Finding {
    /// A link that nothing in a finding can point elsewhere: only a Region's and an id's own
    /// letters get into it. `None` when the finding lacks one of them, or its partition.
    pub fn console_url(&self) -> Option<String> {
        let plain = |text: &&str| {
            !text.is_empty()
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let region = self.region().filter(plain)?;
        let id = Some(self.id()).filter(plain)?;
        let host = match self.partition()? {
            "aws" => format!("{region}.console.aws.amazon.com"),
            "aws-us-gov" => "console.amazonaws-us-gov.com".to_owned(),
            "aws-cn" => "console.amazonaws.cn".to_owned(),
            _ => return None,
        };
        Some(format!("https://{host}/guardduty/home?region={region}#/findings?search=id%3D{id}"))
    }
}
