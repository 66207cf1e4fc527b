//! The decisions of an editor, as buttons of a form send them.

use serde_json::json;

use crate::app::Archive;
use crate::domain::access::{Actor, Operation, policy};
use crate::domain::asset::{Asset, AssetId, ReviewDecision, Revision};
use crate::interfaces::http::problem::Problem;
use crate::interfaces::portal::form::FormFields;
use crate::interfaces::wire::parse_return_reasons;
use crate::services::works::ChangeError;

/// What the access policy calls a decision.
const fn operation(decision: ReviewDecision) -> Operation {
    match decision {
        ReviewDecision::Accept => Operation::Accept,
        ReviewDecision::Approve => Operation::Approve,
        ReviewDecision::Publish => Operation::Publish,
        ReviewDecision::Return => Operation::Return,
        ReviewDecision::Withdraw => Operation::Withdraw,
    }
}

/// A decision on a work at a revision.
#[derive(Debug)]
pub(super) struct Decision {
    kind: ReviewDecision,
    pub(super) revision: Revision,
    reason: String,
}

impl Decision {
    /// The decisions that the actor may make on this work.
    pub(super) fn possible(actor: &Actor, asset: &Asset) -> Vec<ReviewDecision> {
        let state = asset.state.kind();
        let all = ReviewDecision::NAMES.into_iter().map(|(_, kind)| kind);
        all.filter(|kind| kind.states().contains(&state))
            .filter(|kind| policy::may(actor, operation(*kind), asset))
            .collect()
    }

    /// Reads the form.
    ///
    /// # Errors
    /// [`Problem::MalformedRequest`] for what no form of the page sends.
    pub(super) fn read(fields: &FormFields) -> Result<Self, Problem> {
        let name = fields.text("decision");
        let mut kinds = ReviewDecision::NAMES.into_iter();
        let kind = kinds
            .find(|(known, _)| *known == name)
            .map(|(_, kind)| kind);
        let revision = fields.text("revision").parse().ok();
        Ok(Self {
            kind: kind.ok_or(Problem::MalformedRequest)?,
            revision: Revision(revision.ok_or(Problem::MalformedRequest)?),
            reason: fields.text("reason").to_owned(),
        })
    }

    /// Makes the decision.
    ///
    /// # Errors
    /// Those of the curation of works.
    pub(super) async fn make(
        &self,
        actor: &Actor,
        id: AssetId,
        archive: &Archive,
    ) -> Result<Asset, ChangeError> {
        let (curation, at) = (&archive.curation, Some(self.revision));
        match self.kind {
            ReviewDecision::Accept => curation.accept(actor, id, at).await,
            ReviewDecision::Approve => curation.approve(actor, id, at).await,
            ReviewDecision::Publish => curation.publish(actor, id, at).await,
            ReviewDecision::Withdraw => curation.withdraw(actor, id, at, &self.reason).await,
            ReviewDecision::Return => {
                let reasons = json!({ "reasons": [{ "pointer": "", "text": self.reason }] });
                let reasons = parse_return_reasons(&reasons, &archive.vocabularies);
                let reasons = reasons.map_err(ChangeError::Invalid)?;
                curation.return_because(actor, id, at, reasons).await
            }
        }
    }
}
