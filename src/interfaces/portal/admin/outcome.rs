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

/// How a one-time link reaches its holder.
pub(super) enum HandedOver {
    /// The administrator hands this address over.
    Address(String),
    /// It is mailed to this address.
    Mailed(String),
}
