//! Successions: what belongs to a body passes to another one on a day (ADR 29).
//!
//! An administrator plans that some bodies pass to a successor on a day, or are split into several ([`Part`]), sees
//! before what it concerns and what would refuse, and can cancel it until then. On that day a job passes on tokens, accounts, saved searches, and works
//! in every state, each in a commit of its own together with a record of it; killed at any moment, it goes on where it
//! ended. Every work gets a revision and an event and keeps the body that issued it.
//!
//! Not here: what the vocabulary says. That a body ended, and who follows it, is written there by whoever keeps it.

mod allocation;
mod counts;
mod passed;
mod preview;
mod record;
mod refusals;
mod report;
mod run;
mod service;
mod successors;

pub use allocation::Part;
pub use counts::Counts;
pub use preview::Preview;
pub use record::Phase;
pub use report::{PassedWork, PassedWorks};
pub use run::PassOn;
pub use service::{NewSuccession, PartState, SuccessionError, SuccessionState, Successions};
pub use successors::Successors;
