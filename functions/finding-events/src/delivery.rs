//! One finding to one destination: take the turn, send, remember; or tell the fallback.

use std::time::Duration;

use findings::{
    Decision, Destination, DestinationKind, Finding,
    message::{ArchivedBefore, Background, Message, NotifyChanges},
};
use platform::{Metrics, PutOff, chain, store::StoreError};
use tracing::{info, warn};

use crate::{
    circuit::Circuits,
    claim::{Claims, Held, Turn},
    count,
    refusal::{Refusal, RefusalKind},
    send::{Parcel, Senders, Sent},
    told::{Telling, Verdict},
};

/// A destination that has not been told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeliveryError {
    #[error("destination {destination}")]
    Refused {
        destination: String,
        #[source]
        source: Refusal,
    },
    #[error("destination {destination}: {why}; and {fallback}, which is to be told instead")]
    Fallback {
        destination: String,
        why: String,
        fallback: String,
        #[source]
        source: Refusal,
    },
    #[error(
        "destination {destination} is being told by another invocation, or by one that crashed; tried again when its claim is over"
    )]
    Busy {
        destination: String,
        /// Until the claim is over.
        after: Duration,
    },
}

impl DeliveryError {
    /// How long another attempt has no chance.
    fn put_off(&self) -> PutOff {
        match self {
            Self::Busy { after, .. } => PutOff::Exactly(*after),
            Self::Refused { source, .. } | Self::Fallback { source, .. } => {
                PutOff::AtLeast(source.asked_to_wait().flatten().unwrap_or_default())
            }
        }
    }

    /// How long it has none of ending all of these.
    pub(crate) fn put_off_all(failed: &[Self]) -> PutOff {
        failed.iter().map(Self::put_off).fold(PutOff::Exactly(Duration::ZERO), |one, other| match (
            one, other,
        ) {
            (PutOff::Exactly(one), PutOff::Exactly(other)) => PutOff::Exactly(one.max(other)),
            (
                PutOff::Exactly(one) | PutOff::AtLeast(one),
                PutOff::Exactly(other) | PutOff::AtLeast(other),
            ) => PutOff::AtLeast(one.max(other)),
        })
    }

    /// The stable word for what every delivery meets.
    pub(crate) fn systemic(&self) -> Option<&'static str> {
        match self.refusal()?.kind {
            RefusalKind::Systemic(kind) => Some(kind),
            _ => None,
        }
    }

    fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused { source, .. } | Self::Fallback { source, .. } => Some(source),
            Self::Busy { .. } => None,
        }
    }
}

/// What is told, whoever is told it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) finding: &'a Finding,
    pub(crate) decided: Option<(Decision<'a>, &'a str)>,
    pub(crate) before: Option<&'a ArchivedBefore>,
    pub(crate) account_name: Option<&'a str>,
    pub(crate) wanted: &'a NotifyChanges,
}

/// The deliveries of one finding.
#[derive(Debug)]
pub(crate) struct Deliveries<'a> {
    pub(crate) senders: Senders<'a>,
    pub(crate) claims: Claims<'a>,
    pub(crate) circuits: &'a Circuits,
    pub(crate) metrics: &'a Metrics,
    /// Who is told what another destination refuses for good.
    pub(crate) fallback: &'a Destination,
}

impl Deliveries<'_> {
    /// Tells the destination, unless it has been told of this version or of a newer one, or the
    /// version has nothing new that matters. Whether it was told.
    ///
    /// Between the sending and the remembering lies a gap that no order of steps closes for a
    /// destination without keys: a repeat is chosen over a loss, and each carries the same version
    /// key. For the same reason a state that cannot be read or written does not stop a delivery.
    pub(crate) async fn deliver(
        &self,
        destination: &Destination,
        subject: Subject<'_>,
    ) -> Result<bool, DeliveryError> {
        let name = destination.name.as_str();
        let finding = subject.finding;
        let has_alerts = matches!(destination.kind, DestinationKind::PagerDuty { .. });
        let judge = |state: &crate::told::State| state.judge(finding, subject.wanted, has_alerts);
        let (held, telling) = match self.claims.take(name, finding, judge).await {
            Ok(Turn::Ours(ours)) => {
                let (held, telling) = *ours;
                (Some(held), telling)
            }
            Ok(Turn::Done(verdict)) => {
                self.suppressed(name, &verdict);
                return Ok(false);
            }
            Ok(Turn::Busy(after)) => {
                return Err(DeliveryError::Busy { destination: name.to_owned(), after });
            }
            Err(error) => {
                self.unremembered(name, &error, "delivered without looking for what was told");
                (None, Telling::default())
            }
        };
        let sent = self.send_or_fall_back(destination, subject, &telling).await;
        if let Some(held) = held {
            self.remember(name, &held, finding, &telling, &sent).await;
        }
        match sent {
            Ok(_) => Ok(true),
            Err(error) => {
                self.metrics.count("NotificationsFailed", 1);
                self.metrics.count(count::failed(&destination.kind), 1);
                Err(error)
            }
        }
    }

    async fn send_or_fall_back(
        &self,
        destination: &Destination,
        subject: Subject<'_>,
        telling: &Telling,
    ) -> Result<Sent, DeliveryError> {
        let name = destination.name.as_str();
        // Where nobody else can be told, asking in vain is better than not asking.
        let has_fallback = self.fallback.name != destination.name;
        let why = match self.circuits.why(name).filter(|_| has_fallback) {
            Some(why) => {
                self.metrics.count("CircuitOpen", 1);
                why
            }
            None => match self.send(destination, subject, telling, None).await {
                Ok(sent) => {
                    self.circuits.taken(name);
                    return Ok(sent);
                }
                Err(refusal) if refusal.is_final() => {
                    let why = refusal.to_string();
                    let left_alone = self.circuits.refused(name, subject.finding.id(), &refusal);
                    warn!(destination = name, why, left_alone, "refused for good");
                    why
                }
                Err(source) => {
                    return Err(DeliveryError::Refused { destination: name.to_owned(), source });
                }
            },
        };
        let fallback = self.fallback;
        if !has_fallback {
            let source = Refusal::permanent(why);
            return Err(DeliveryError::Refused { destination: name.to_owned(), source });
        }
        // Threads and alerts are the other destination's.
        let own = Telling { change: telling.change.clone(), ..Telling::default() };
        match self.send(fallback, subject, &own, Some((name, &why))).await {
            Ok(_) => {
                self.metrics.count("NotificationsFellBack", 1);
                warn!(destination = name, fallback = fallback.name, why, "the fallback was told");
                Ok(Sent::default())
            }
            Err(source) => Err(DeliveryError::Fallback {
                destination: name.to_owned(),
                why,
                fallback: fallback.name.clone(),
                source,
            }),
        }
    }

    async fn send(
        &self,
        destination: &Destination,
        subject: Subject<'_>,
        telling: &Telling,
        instead_of: Option<(&str, &str)>,
    ) -> Result<Sent, Refusal> {
        let finding = subject.finding;
        let background = Background {
            decided: subject.decided,
            destination: Some(destination.name.as_str()).filter(|name| *name != "default"),
            account_name: subject.account_name,
            change: telling.change.as_ref(),
            before: subject.before,
            instead_of,
        };
        let message = Message::new(finding, &background);
        let parcel = Parcel { message: &message, telling, is_fallback: instead_of.is_some() };
        let sent = self.senders.send(destination, parcel).await?;
        self.metrics.count("NotificationsSent", 1);
        self.metrics.count(count::sent(&destination.kind), 1);
        if let Some(updated_at) = finding.updated_at() {
            let age = platform::now().epoch_millis() - updated_at.epoch_millis();
            let age = Duration::from_millis(u64::try_from(age).unwrap_or_default());
            self.metrics.milliseconds("NotificationAge", age);
        }
        info!(
            destination = destination.name,
            kind = destination.kind.as_str(),
            version_key = message.notification().version_key,
            resolved = telling.resolves,
            again = telling.change.is_some(),
            "notification sent"
        );
        Ok(sent)
    }

    async fn remember(
        &self,
        name: &str,
        held: &Held,
        finding: &Finding,
        telling: &Telling,
        sent: &Result<Sent, DeliveryError>,
    ) {
        let remembered = match sent {
            Ok(sent) => {
                // What answers in a thread does not begin one.
                let thread = sent.thread.clone().filter(|_| telling.thread.is_none());
                self.claims.told(held, finding, thread, telling.resolves).await
            }
            Err(_) => self.claims.released(held).await,
        };
        match remembered {
            Ok(true) => {}
            Ok(false) => {
                self.metrics.count("DedupeUnavailable", 1);
                warn!(
                    destination = name,
                    "somebody else has told it as well, after our claim was over"
                );
            }
            Err(error) => {
                self.unremembered(
                    name,
                    &error,
                    "what was told is not remembered and may be repeated",
                );
            }
        }
    }

    fn suppressed(&self, name: &str, verdict: &Verdict) {
        let (metric, why) = match verdict {
            Verdict::Already => ("NotificationsAlreadySent", "this version has been told"),
            Verdict::Older => ("NotificationsOutdated", "a newer version has been told"),
            Verdict::Unchanged { .. } => ("NotificationsUnchanged", "nothing new that matters"),
            Verdict::Tell(_) => return,
        };
        self.metrics.count("NotificationsSuppressed", 1);
        self.metrics.count(metric, 1);
        info!(destination = name, why, "not told");
    }

    fn unremembered(&self, name: &str, error: &StoreError, consequence: &'static str) {
        self.metrics.count("DedupeUnavailable", 1);
        warn!(destination = name, dedupe = "unavailable", error = chain(error), consequence);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(refusal: Refusal) -> DeliveryError {
        DeliveryError::Refused { destination: "a".to_owned(), source: refusal }
    }

    fn busy(seconds: u64) -> DeliveryError {
        DeliveryError::Busy { destination: "b".to_owned(), after: Duration::from_secs(seconds) }
    }

    #[test]
    fn only_who_waits_for_a_claim_knows_how_long() {
        let (ten, hour) = (Duration::from_secs(10), Duration::from_secs(3600));
        let asked = |time| refused(Refusal::later(Some(time), "503"));
        for (failed, expected) in [
            (vec![busy(10), busy(4)], PutOff::Exactly(ten)),
            (vec![asked(ten)], PutOff::AtLeast(ten)),
            (vec![refused(Refusal::later(None, "503"))], PutOff::AtLeast(Duration::ZERO)),
            (vec![refused(Refusal::permanent("400"))], PutOff::AtLeast(Duration::ZERO)),
            (vec![asked(ten), busy(3600)], PutOff::AtLeast(hour)),
            (vec![busy(10), asked(hour)], PutOff::AtLeast(hour)),
        ] {
            assert_eq!(DeliveryError::put_off_all(&failed), expected, "{failed:?}");
        }
    }
}
