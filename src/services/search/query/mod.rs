//! From the typed text to a query plan.
//!
//! [`interpret`] runs the steps: [`parser`] reads the text, [`repair`] decodes input method keystrokes
//! ([`telex`]) and corrects mistyped words ([`correction`]), [`expansion`] adds other names of the
//! same concepts and translations ([`glossary`]), and [`plan`] chooses the terms that match and their
//! weights. No text is an error, and the response reports every change and addition
//! ([`repair::Interpretation`]).

mod base_forms;
mod concept_names;
pub(crate) mod correction;
pub(crate) mod expansion;
pub(crate) mod glossary;
mod glossary_file;
pub(crate) mod interpret;
pub(crate) mod parser;
pub(crate) mod plan;
pub(crate) mod repair;
pub(crate) mod telex;
