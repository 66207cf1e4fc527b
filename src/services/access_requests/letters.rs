//! Mails the answer to who asked for access, if mail is configured and the contact is a mail address.
//!
//! The payload has the id of the request. Address and reason are read when the message is sent; it holds no secret: the
//! one-time link is handed over by the administrator.

use std::time::Duration;

use async_trait::async_trait;

use super::answer::{KIND, Payload, address_of, answer_to};
use super::request::AccessRequest;
use super::service::AccessRequests;
use crate::clock::Clock;
use crate::domain::access::Actor;
use crate::domain::account::AccountLanguage;
use crate::services::jobs::{Handler, JobFailure, Policy, payload};
use crate::services::mail::{Envelope, Letter, MailError};
use crate::storage::catalog::{ChangeSet, Job};

/// Runs these jobs.
pub struct MailAccessAnswer {
    requests: AccessRequests,
}

impl MailAccessAnswer {
    /// Mails the answers to these requests.
    pub const fn new(requests: AccessRequests) -> Self {
        Self { requests }
    }

    fn message(&self, request: &AccessRequest) -> Option<(Envelope, Letter)> {
        let (answer, address) = (answer_to(request)?, address_of(request)?);
        let at = request.decided_at?;
        let letter = Letter::AccessAnswer {
            answer,
            body: request.body.clone(),
            address: self
                .requests
                .mail
                .address(&format!("/api/v1/access-requests/{}", request.id)),
        };
        let envelope = Envelope {
            to: address.to_owned(),
            language: AccountLanguage::default(),
            // A request is answered once.
            id: format!("access-{}", request.id),
            at,
            unsubscribe: None,
        };
        Some((envelope, letter))
    }
}

#[async_trait]
impl Handler for MailAccessAnswer {
    fn kind(&self) -> &str {
        KIND
    }

    fn policy(&self) -> Policy {
        Policy {
            timeout: Duration::from_secs(11 * 60),
            concurrency: 2,
            // About two days.
            max_attempts: 50,
            ..Policy::default()
        }
    }

    async fn run(&self, job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let payload: Payload = payload::parse(job)?;
        let request = self.requests.read(&Actor::System, &payload.request).await;
        let request = request.map_err(JobFailure::retry)?;
        if let Some((envelope, letter)) = self.message(&request) {
            let sent = self.requests.mail.send(&envelope, &letter).await;
            sent.map_err(MailError::into_failure)?;
        }
        Ok(ChangeSet::by(&Actor::System, clock.now()))
    }
}
