//! A notification as an event on an EventBridge bus.

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use findings::message::{Payload, event_bus};
use platform::aws::Aws;

use super::{Parcel, Sent};
use crate::refusal::Refusal;

/// Puts one event. The call succeeds even when the bus does not take the entry.
pub(super) async fn send(
    aws: &Aws,
    bus_arn: &str,
    payload: Payload,
    parcel: Parcel<'_>,
) -> Result<Sent, Refusal> {
    let body = parcel.body(payload, event_bus::DETAIL_BYTES);
    let entry = event_bus::Entry::new(parcel.message.notification(), &body);
    let entry = PutEventsRequestEntry::builder()
        .event_bus_name(bus_arn)
        .source(event_bus::SOURCE)
        .detail_type(event_bus::DETAIL_TYPE)
        .detail(entry.detail)
        .set_resources(Some(entry.resources))
        .build();
    let what = format!("event bus {bus_arn}");
    let output = aws.eventbridge().await.put_events().entries(entry).send().await;
    let output = output.map_err(|error| Refusal::aws(&what, &error))?;
    let failed = output.entries().iter().find_map(|own| {
        let code = own.error_code()?;
        Some(Refusal::entry(&what, code, own.error_message().unwrap_or_default()))
    });
    failed.map_or(Ok(Sent::default()), Err)
}
