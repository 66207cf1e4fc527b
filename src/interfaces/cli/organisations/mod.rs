//! Commands about bodies and their requests for access.

mod command;
mod quota;
pub(super) mod request;
mod succession;

pub(super) use command::run;
