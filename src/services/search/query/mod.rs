//! From what somebody typed to what the index is asked.
//!
//! [`parser`] reads the text, [`telex`] and [`correction`] repair it, [`expansion`] adds other
//! names of the same things, [`plan`] weighs the terms. Nothing a user types is an error, and
//! everything that was changed or added is told ([`Interpretation`]).

pub(crate) mod correction;
pub(crate) mod expansion;
pub(crate) mod glossary;
pub(crate) mod parser;
pub(crate) mod plan;
pub(crate) mod repair;
pub(crate) mod telex;
