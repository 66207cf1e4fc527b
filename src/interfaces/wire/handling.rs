//! The handling of works: assignments and comments.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::names;
use super::pointer::Pointer;
use super::reader::JsonReader;
use super::review::{DecisionDto, pointer_text};
use super::schema_fields;
use super::work::texts_by_language;
use crate::domain::access::{Credential, Role};
use crate::domain::asset::{Asset, limits};
use crate::domain::handling::{Assignee, Assignment, Comment, Handling};
use crate::domain::text::{line, prose};
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Rule, Slug, Violations};
use crate::services::curation::{NewAssignment, NewComment};

/// The handling of a work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Handling)]
pub struct HandlingDto {
    /// The work.
    #[schema(format = "uuid")]
    pub asset: String,
    /// Who is to take the next step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignment: Option<AssignmentDto>,
    /// Comments, oldest first.
    pub comments: Vec<CommentDto>,
}

/// Who is to take the next step with a work: one token or account, or everybody in a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Assignment)]
pub struct AssignmentDto {
    /// The public id of a token or account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// A role.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema_fields::role)]
    pub role: Option<&'static str>,
    /// The organisation of those in the role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// The last day for it: `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_on: Option<String>,
    /// Who assigned it, and when.
    pub assigned: DecisionDto,
}

/// A comment on a work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Comment)]
pub struct CommentDto {
    /// Counts up from 1 within the work.
    pub number: u64,
    /// What it is about: a JSON pointer into the work; empty for the whole.
    pub pointer: String,
    /// The comment.
    pub text: String,
    /// Who wrote it, and when.
    pub written: DecisionDto,
}

impl From<&Handling> for HandlingDto {
    fn from(handling: &Handling) -> Self {
        Self {
            asset: handling.asset.to_string(),
            assignment: handling.assignment.as_ref().map(AssignmentDto::from),
            comments: handling.comments.iter().map(CommentDto::from).collect(),
        }
    }
}

impl From<&Assignment> for AssignmentDto {
    fn from(assignment: &Assignment) -> Self {
        let (holder, role, organisation) = match &assignment.to {
            Assignee::Holder(credential) => (Some(credential.to_string()), None, None),
            Assignee::Post { role, organisation } => (
                None,
                Some(role.name()),
                organisation.as_ref().map(Slug::to_string),
            ),
        };
        Self {
            holder,
            role,
            organisation,
            due_on: assignment.due_on.map(|day| day.to_string()),
            assigned: DecisionDto::from(&assignment.by),
        }
    }
}

impl From<&Comment> for CommentDto {
    fn from(comment: &Comment) -> Self {
        Self {
            number: comment.number,
            pointer: comment.pointer.clone(),
            text: comment.text.clone(),
            written: DecisionDto::from(&comment.by),
        }
    }
}

/// Parses an assignment: `holder`, or `role` and perhaps `organisation`; `due_on`.
///
/// # Errors
/// Every broken rule with its JSON pointer.
pub fn parse_assignment(
    value: &Value,
    vocabularies: &Vocabularies,
) -> Result<NewAssignment, Violations> {
    let mut reader = JsonReader::new(vocabularies);
    let root = Pointer::Root;
    let names = ["holder", "role", "organisation", "due_on"];
    let [holder, role, organisation, due_on] =
        reader.record(&root, value, names).unwrap_or_default();
    let holder = holder
        .and_then(|value| reader.text(&root.property("holder"), value, line, limits::LINE))
        .map(Credential::from);
    let named_role = role.is_some();
    let role = role
        .and_then(|value| reader.one_of(&root.property("role"), value, &Role::NAMES, names::ROLE));
    let named_organisation = organisation.is_some();
    let organisation = organisation
        .and_then(|value| reader.concept(&root.property("organisation"), value, "organisation"));
    let due_on = due_on.and_then(|value| {
        let at = root.property("due_on");
        let text = reader.string(&at, value)?;
        reader.valid_or_refused(&at, text.parse().map_err(|_| Rule::InvalidDate))
    });
    let to = match (holder, role) {
        (Some(holder), _) => {
            if named_role || named_organisation {
                reader.refuse(&root.property("holder"), Rule::Duplicate);
            }
            Some(Assignee::Holder(holder))
        }
        (None, Some(role)) => Some(Assignee::Post { role, organisation }),
        (None, None) => {
            if !named_role && !reader.has_violation_below("/holder") {
                reader.refuse(&root.property("role"), Rule::Required);
            }
            None
        }
    };
    let assignment = to.map(|to| NewAssignment { to, due_on });
    reader.finish(assignment)?.ok_or_else(|| required("/role"))
}

/// Parses a comment: `text`, and perhaps `pointer`.
///
/// # Errors
/// Every broken rule with its JSON pointer.
pub fn parse_comment(value: &Value, vocabularies: &Vocabularies) -> Result<NewComment, Violations> {
    let mut reader = JsonReader::new(vocabularies);
    let root = Pointer::Root;
    let [pointer, text] = reader
        .record(&root, value, ["pointer", "text"])
        .unwrap_or_default();
    let pointer =
        pointer.and_then(|value| pointer_text(&mut reader, &root.property("pointer"), value));
    let text = reader.required(&root, "text", text, |reader, at, value| {
        reader.text(at, value, prose, limits::COMMENT)
    });
    let comment = text.map(|text| NewComment {
        pointer: pointer.unwrap_or_default(),
        text,
    });
    reader.finish(comment)?.ok_or_else(|| required("/text"))
}

fn required(pointer: &str) -> Violations {
    let mut violations = Violations::default();
    violations.push(pointer, Rule::Required);
    violations
}

/// An assigned work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AssignedWork {
    /// The work.
    #[schema(format = "uuid")]
    pub asset: String,
    /// Its state.
    #[schema(schema_with = schema_fields::state)]
    pub state: &'static str,
    /// Its titles by language.
    pub titles: BTreeMap<String, String>,
    /// Who is to take the next step.
    pub assignment: AssignmentDto,
}

impl AssignedWork {
    /// The work with its assignment.
    pub fn new(asset: &Asset, assignment: &Assignment) -> Self {
        Self {
            asset: asset.id.to_string(),
            state: asset.state.name(),
            titles: texts_by_language(&asset.work.titles),
            assignment: AssignmentDto::from(assignment),
        }
    }
}
