//! Successions: what belongs to a body passes to another one on a day (ADR 29).
//!
//! An administrator plans that some bodies pass to a successor on a day, sees before what it concerns and what
//! would refuse, and can cancel it until then. On that day a job passes on tokens, accounts, saved searches, and works
//! in every state, each in a commit of its own together with a record of it; killed at any moment, it goes on where it
//! ended. Every work gets a revision and an event and keeps the body that issued it.
//!
//! Not here: what the vocabulary says. That a body ended, and who follows it, is written there by whoever keeps it.

mod counts;
mod record;
mod refusals;
mod run;
mod service;

pub use counts::Counts;
pub use record::Phase;
pub use run::{PassOn, Successors};
pub use service::{NewSuccession, Preview, SuccessionError, SuccessionState, Successions};
