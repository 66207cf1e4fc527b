//! Counts the bytes of request and response bodies for the metrics.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpMessage;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest};
use bytes::Bytes;
use futures_util::StreamExt;
use prometheus_client::metrics::counter::Counter;

use crate::telemetry::Metrics;

/// A body that counts its bytes while they are sent.
pub(super) struct CountedBody {
    body: BoxBody,
    sent: Counter,
}

impl CountedBody {
    /// Counts `body` into `sent`.
    pub(super) const fn new(body: BoxBody, sent: Counter) -> Self {
        Self { body, sent }
    }
}

impl MessageBody for CountedBody {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let polled = Pin::new(&mut self.body).poll_next(context);
        if let Poll::Ready(Some(Ok(bytes))) = &polled {
            self.sent.inc_by(bytes.len() as u64);
        }
        polled
    }
}

/// Counts the body of a request while it is read.
pub(super) fn count_received(request: &mut ServiceRequest, metrics: &Metrics) {
    let payload = request.take_payload();
    if matches!(payload, Payload::None) {
        return;
    }
    let received = metrics.received_bytes.clone();
    let counting = payload.inspect(move |piece| {
        if let Ok(bytes) = piece {
            received.inc_by(bytes.len() as u64);
        }
    });
    request.set_payload(Payload::Stream {
        payload: Box::pin(counting),
    });
}
