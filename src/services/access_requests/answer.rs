//! What who asked is told by mail, where to, and the job that does it.

use serde::{Deserialize, Serialize};

use super::record::RequestState;
use super::request::AccessRequest;
use crate::domain::Timestamp;
use crate::domain::account::Login;
use crate::services::jobs::payload;
use crate::services::mail::AccessAnswer;
use crate::storage::catalog::{JobKind, NewJob};

/// The kind of these jobs.
pub(super) const KIND: &str = "mail-access-answer";

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Payload {
    pub(super) request: String,
}

/// The job that mails the answer to a request; none for who cannot get it or does not wait for it.
pub(super) fn answer_job(request: &AccessRequest, now: Timestamp) -> Option<NewJob> {
    answer_to(request)?;
    address_of(request)?;
    Some(NewJob {
        kind: JobKind(KIND.to_owned()),
        payload: payload::to_text(&Payload {
            request: request.id.clone(),
        }),
        run_at: now,
        unique_key: Some(request.id.clone()),
    })
}

/// The address of the office, if it is one of mail and was not forgotten.
pub(super) fn address_of(request: &AccessRequest) -> Option<&str> {
    let contact = request.contact.as_deref()?;
    let login = Login::parse(contact).ok()?;
    login.is_mail_address().then_some(contact)
}

/// What to say; nothing to who withdrew, waits, or has its token.
pub(super) fn answer_to(request: &AccessRequest) -> Option<AccessAnswer> {
    match request.state {
        RequestState::Granted if !request.is_handed_over => Some(AccessAnswer::Granted),
        RequestState::Refused => Some(AccessAnswer::Refused {
            reason: request.reason.clone().unwrap_or_default(),
        }),
        RequestState::Granted
        | RequestState::Received
        | RequestState::InReview
        | RequestState::Withdrawn => None,
    }
}
