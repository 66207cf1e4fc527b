//! Commands about bodies.

mod command;
mod quota;
mod succession;

pub(super) use command::run;
