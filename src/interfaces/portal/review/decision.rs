//! The decisions of an editor, as buttons of a form send them.

use serde_json::json;

use crate::app::Archive;
use crate::domain::access::{Actor, Operation, policy};
use crate::domain::asset::{Asset, AssetId, Revision, StateName};
use crate::interfaces::http::frame::Caller;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::portal::form::FormFields;
use crate::interfaces::wire::parse_return_reasons;
use crate::services::works::ChangeError;

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Accept,
    Approve,
    Publish,
    Return,
    Withdraw,
}

impl Kind {
    const ALL: [(&'static str, Self, Operation, &'static [StateName]); 5] = [
        (
            "accept",
            Self::Accept,
            Operation::Accept,
            &[StateName::Submitted],
        ),
        (
            "approve",
            Self::Approve,
            Operation::Approve,
            &[StateName::Accepted],
        ),
        (
            "publish",
            Self::Publish,
            Operation::Publish,
            &[StateName::Submitted, StateName::Accepted],
        ),
        (
            "return",
            Self::Return,
            Operation::Return,
            &[StateName::Submitted, StateName::Accepted],
        ),
        (
            "withdraw",
            Self::Withdraw,
            Operation::Withdraw,
            &[StateName::Published],
        ),
    ];
}

/// A decision on a work at a revision.
#[derive(Debug)]
pub(super) struct Decision {
    kind: Kind,
    revision: Revision,
    reason: String,
}

impl Decision {
    /// The decisions that the actor may make on this work.
    pub(super) fn possible(actor: &Actor, asset: &Asset) -> Vec<Kind> {
        let state = asset.state.kind();
        let is_possible = |(_, _, operation, states): &(_, Kind, Operation, &[StateName])| {
            states.contains(&state) && policy::may(actor, *operation, asset)
        };
        let possible = Kind::ALL.into_iter().filter(is_possible);
        possible.map(|(_, kind, ..)| kind).collect()
    }

    /// Reads the form.
    ///
    /// # Errors
    /// [`Problem::MalformedRequest`] for what no form of the page sends.
    pub(super) fn read(fields: &FormFields) -> Result<Self, Problem> {
        let name = fields.text("decision");
        let mut kinds = Kind::ALL.into_iter();
        let kind = kinds
            .find(|(known, ..)| *known == name)
            .map(|(_, kind, ..)| kind);
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
            Kind::Accept => curation.accept(actor, id, at).await,
            Kind::Approve => curation.approve(actor, id, at).await,
            Kind::Publish => curation.publish(actor, id, at).await,
            Kind::Withdraw => curation.withdraw(actor, id, at, &self.reason).await,
            Kind::Return => {
                let reasons = json!({ "reasons": [{ "pointer": "", "text": self.reason }] });
                let reasons = parse_return_reasons(&reasons, &archive.vocabularies);
                let reasons = reasons.map_err(ChangeError::Invalid)?;
                curation.return_because(actor, id, at, reasons).await
            }
        }
    }
}

/// Why a decision was refused, in words.
///
/// # Errors
/// The problem itself when it is none of the work.
pub(super) fn reasons(caller: &Caller, problem: Problem) -> Result<Vec<String>, Problem> {
    if !matches!(
        problem,
        Problem::Invalid(_) | Problem::WrongState { .. } | Problem::Forbidden
    ) {
        return Err(problem);
    }
    let document = caller.document(&problem);
    if document.errors.is_empty() {
        return Ok(vec![document.detail]);
    }
    Ok(document
        .errors
        .into_iter()
        .map(|error| error.detail)
        .collect())
}
