//! The EventBridge envelope around a finding.

use findings::Timestamp;
use serde_json::{Value, json};

use super::{identity::uuid, state::Home};

/// The event as the bus gets it: its account is the detector's, whoever owns the finding.
pub(crate) fn envelope(home: &Home, finding: &Value, now: Timestamp, serial: &str) -> Value {
    let mut time = now.to_rfc3339();
    // EventBridge writes whole seconds.
    if let Some(dot) = time.find('.') {
        time.replace_range(dot.., "Z");
    }
    json!({
        "version": "0",
        "id": uuid(&[&home.account_id, &home.region, "event", &time, serial]),
        "detail-type": "GuardDuty Finding",
        "source": "aws.guardduty",
        "account": home.account_id,
        "time": time,
        "region": home.region,
        "resources": [],
        "detail": finding,
    })
}
