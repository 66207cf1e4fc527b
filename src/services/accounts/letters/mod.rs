//! Messages to holders of accounts that are sent by jobs: one-time links, and the answer to a forgotten password.

mod forgotten;
mod link;

pub use forgotten::{AnswerForgotten, ForgottenPasswords};
pub use link::MailAccountLink;
pub(super) use link::link_job;
