//! What was understood of the typed text: corrections and added names, each of which can be undone.

use super::query::Query;
use crate::interfaces::messages::portal::search as texts;
use crate::interfaces::portal::href::Href;
use crate::services::search::Interpretation;

/// What was understood.
pub(super) struct InterpretationView {
    /// Results are shown for this text; the link insists on the typed one.
    pub showing: Option<(String, Href)>,
    /// Perhaps this was meant.
    pub did_you_mean: Option<(String, Href)>,
    /// Names that were added.
    pub added: Vec<AddedView>,
}

/// Names that were added for some words.
pub(super) struct AddedView {
    /// The words.
    pub matched: String,
    /// The names.
    pub names: String,
    /// Why.
    pub reason: &'static str,
    /// The search without them.
    pub undo: Href,
}

impl InterpretationView {
    pub(super) fn new(interpretation: Interpretation, query: &Query<'_>) -> Self {
        let showing = interpretation.showing_results_for;
        let meant = interpretation.did_you_mean;
        let added = interpretation
            .expansions
            .into_iter()
            .map(|expansion| AddedView {
                undo: query.also("without", &expansion.id),
                reason: texts::reason(expansion.reason, query.language),
                names: expansion.added.join(", "),
                matched: expansion.matched,
            });
        Self {
            showing: showing.map(|text| (text, query.with("verbatim", "true"))),
            did_you_mean: meant.map(|text| {
                let href = query.with("q", &text);
                (text, href)
            }),
            added: added.collect(),
        }
    }

    /// Whether there is nothing to say.
    pub(super) fn is_empty(&self) -> bool {
        self.showing.is_none() && self.did_you_mean.is_none() && self.added.is_empty()
    }
}
