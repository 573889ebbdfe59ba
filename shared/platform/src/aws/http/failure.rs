//! What kind of failure it was, by which the SDK decides whether a second attempt may do better.

use std::{error::Error, io};

use aws_smithy_runtime_api::{box_error::BoxError, client::result::ConnectorError};
use aws_smithy_types::retry::ErrorKind;
use hyper_util::client::legacy;

use super::time_limit::TimedOut;

/// The failure with its kind. The order of the questions is that of the SDK's own client.
pub(super) fn classified(error: BoxError) -> ConnectorError {
    let kind = kind(&*error);
    kind(error)
}

type Kind = fn(BoxError) -> ConnectorError;

fn kind(error: &(dyn Error + 'static)) -> Kind {
    if is_caused_by::<TimedOut>(error) {
        return ConnectorError::timeout;
    }
    if let Some(error) = cause::<hyper::Error>(error) {
        return kind_of_exchange(error);
    }
    match cause::<legacy::Error>(error) {
        Some(error) if error.is_connect() || is_caused_by::<io::Error>(error) => ConnectorError::io,
        _ => unknown,
    }
}

/// Of what went wrong on a connection that there was.
fn kind_of_exchange(error: &hyper::Error) -> Kind {
    if error.is_timeout() {
        ConnectorError::timeout
    } else if error.is_user() {
        ConnectorError::user
    } else if error.is_closed() || error.is_canceled() || is_caused_by::<io::Error>(error) {
        ConnectorError::io
    } else if error.is_incomplete_message() {
        // S3 closes connections in the middle of an answer now and then.
        transient
    } else {
        unknown
    }
}

fn transient(error: BoxError) -> ConnectorError {
    ConnectorError::other(error, Some(ErrorKind::TransientError))
}

fn unknown(error: BoxError) -> ConnectorError {
    ConnectorError::other(error, None)
}

fn is_caused_by<E: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    cause::<E>(error).is_some()
}

fn cause<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    std::iter::successors(Some(error), |&error| error.source())
        .find_map(|error| error.downcast_ref())
}
