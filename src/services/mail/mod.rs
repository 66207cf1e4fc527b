//! Mail: sends single messages through the mail server of the body that runs the archive.
//!
//! A message is sent by a durable job, never while a request waits. What it says are facts ([`Letter`]); the text is
//! that of the interfaces ([`Compose`]). Nothing of a message is stored: the job holds ids, and what the message says is
//! read when it is sent ([ADR 24](../../../docs/adr/0024-mail-is-a-job.md)).

mod letter;
mod mailer;
mod service;

pub use letter::{AccessAnswer, Compose, Envelope, Letter, LinkPurpose, MessageText, News};
pub use mailer::{MailError, Mailer, Security, Settings};
pub use service::Mail;
