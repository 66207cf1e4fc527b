//! Requests for access: a station or the operator of a partner system asks for a token, and gets it within two working days
//! (ADR 30).
//!
//! Anybody may ask, with a bounded text and the address of an office. The asker gets a receipt code, with which it reads the state and
//! withdraws. An administrator takes it into review, grants or refuses it; a grant is a one-time link with which the asker
//! fetches the token, so that the secret is never stored and seen by nobody else. The address of the office is encrypted and
//! forgotten some time after the decision. Who left a mail address gets the answer by mail, if mail is configured.

mod answer;
mod calendar;
mod decisions;
mod error;
mod handover;
mod housekeeping;
mod letters;
mod record;
mod request;
mod service;
mod succession;
mod throttle;

pub use calendar::{CalendarError, WorkingDays};
pub use decisions::Grant;
pub use error::AccessRequestError;
pub use housekeeping::{HOUSEKEEPING, housekeeping};
pub use letters::MailAccessAnswer;
pub use record::RequestState;
pub use request::AccessRequest;
pub use service::{AccessRequests, NewAccessRequest, Rules};
