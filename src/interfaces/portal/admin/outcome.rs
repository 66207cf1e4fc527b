//! What the page shows beside the state of the archive.

use crate::interfaces::portal::form::FormFields;

/// What the page shows beside the state of the archive.
#[derive(Default)]
pub(super) struct Outcome {
    /// A link that was just made.
    pub(super) handed_over: Option<HandedOver>,
    /// Why something was not done.
    pub(super) refusal: Vec<String>,
    /// What was typed.
    pub(super) typed: FormFields,
}

/// What an administrator hands over, this once.
pub(super) enum HandedOver {
    /// The whole address of a one-time link.
    Address(String),
    /// A one-time link that was mailed to this address.
    Mailed(String),
    /// With this code a body fetches its token.
    Grant(String),
}
