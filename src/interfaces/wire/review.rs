//! The way to publication: conditions, decisions, reasons of a return, corrections.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::names::{self, name_of};
use super::pointer::Pointer;
use super::reader::JsonReader;
use super::schema_fields;
use crate::domain::asset::{
    Asset, Checklist, Condition, Correction, Decision, Requirement, ReturnReason, Status, limits,
};
use crate::domain::text::{Limit, line};
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Rule, Slug, Violations};
use crate::interfaces::messages::{Language, requirements, rules};

/// The longest pointer of a reason.
const POINTER: Limit = Limit::Characters(500);

/// Why a work was returned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReturnReason)]
pub struct ReturnReasonDto {
    /// Where: a JSON pointer into the work; empty for the whole.
    #[schema(
        example = "/credit_line",
        max_length = 500,
        required = false,
        default = ""
    )]
    pub pointer: String,
    /// The condition of publication that is not met, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema_fields::requirement)]
    pub requirement: Option<&'static str>,
    /// What to do, in words. Without a condition it is required.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 1000)]
    pub text: Option<String>,
}

/// A correction of a published work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Correction)]
pub struct CorrectionDto {
    /// What was corrected, for the public.
    pub note: String,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// The revision with the correction.
    pub revision: u64,
    /// The revision that was published before; it stays citable.
    pub corrected_revision: u64,
}

/// Who decided something: the post, never a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Decision)]
pub struct DecisionDto {
    /// The public id of the token or account; `system` for the operator of the archive.
    pub by: String,
    /// In which role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<&'static str>,
    /// For which organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
}

/// The conditions of publication of a work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Checklist)]
pub struct ChecklistDto {
    /// The work.
    #[schema(format = "uuid")]
    pub asset: String,
    /// The revision that was checked.
    pub revision: u64,
    /// Its state.
    #[schema(schema_with = schema_fields::state)]
    pub state: &'static str,
    /// Whether no condition is missing.
    pub is_met: bool,
    /// All conditions.
    pub conditions: Vec<ConditionDto>,
    /// The first approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<DecisionDto>,
    /// The second approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved: Option<DecisionDto>,
}

/// One condition of publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Condition)]
pub struct ConditionDto {
    /// What is required.
    #[schema(schema_with = schema_fields::requirement)]
    pub requirement: &'static str,
    /// Where: a JSON pointer into the work; empty for the whole.
    pub pointer: String,
    /// `met`, `missing`, or `not-applicable` when the work does not need it.
    #[schema(schema_with = schema_fields::condition_state)]
    pub state: &'static str,
    /// The rule that is broken, as in refusals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<&'static str>,
    /// What is wrong, when it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<InLanguages>,
    /// How to meet it.
    pub how: InLanguages,
    /// The decision by which it was met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionDto>,
}

/// A text in both languages of the interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct InLanguages {
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
}

impl InLanguages {
    fn of(text: impl Fn(Language) -> String) -> Self {
        Self {
            vi: text(Language::Vietnamese),
            en: text(Language::English),
        }
    }
}

impl From<&ReturnReason> for ReturnReasonDto {
    fn from(reason: &ReturnReason) -> Self {
        Self {
            pointer: reason.pointer.clone(),
            requirement: reason.requirement.map(Requirement::name),
            text: reason.text.clone(),
        }
    }
}

impl From<Correction> for CorrectionDto {
    fn from(correction: Correction) -> Self {
        Self {
            note: correction.note,
            at: correction.at.to_string(),
            revision: correction.revision.0,
            corrected_revision: correction.corrected.0,
        }
    }
}

impl From<&Decision> for DecisionDto {
    fn from(decision: &Decision) -> Self {
        let by = decision.by.as_ref();
        Self {
            by: by.map_or_else(|| "system".to_owned(), ToString::to_string),
            role: decision.role.map(crate::domain::access::Role::name),
            organisation: decision.organisation.as_ref().map(Slug::to_string),
            at: decision.at.to_string(),
        }
    }
}

impl ChecklistDto {
    /// The checklist of this work.
    pub fn new(asset: &Asset, list: &Checklist) -> Self {
        Self {
            asset: asset.id.to_string(),
            revision: asset.revision.0,
            state: asset.state.name(),
            is_met: list.is_met(),
            conditions: list.conditions().iter().map(ConditionDto::from).collect(),
            accepted: asset.review.accepted.as_ref().map(DecisionDto::from),
            approved: asset.review.approved.as_ref().map(DecisionDto::from),
        }
    }
}

impl From<&Condition> for ConditionDto {
    fn from(condition: &Condition) -> Self {
        let (state, broken) = match &condition.status {
            Status::Met => ("met", None),
            Status::Missing(rule) => ("missing", Some(rule)),
            Status::NotApplicable => ("not-applicable", None),
        };
        let requirement = condition.requirement;
        Self {
            requirement: name_of(&Requirement::NAMES, &requirement),
            pointer: condition.pointer.clone(),
            state,
            rule: broken.map(rules::code),
            problem: broken.map(|rule| InLanguages::of(|language| rules::sentence(rule, language))),
            how: InLanguages::of(|language| requirements::how(requirement, language).to_owned()),
            decision: condition.decision.as_ref().map(DecisionDto::from),
        }
    }
}

/// Parses the body of a return: `{"reasons": [{"pointer", "requirement", "text"}]}`, at least one reason.
///
/// # Errors
/// Every broken rule with its JSON pointer.
pub fn parse_return_reasons(
    value: &Value,
    vocabularies: &Vocabularies,
) -> Result<Vec<ReturnReason>, Violations> {
    let mut reader = JsonReader::new(vocabularies);
    let root = Pointer::Root;
    let mut reasons = Vec::new();
    if let Some([list]) = reader.record(&root, value, ["reasons"]) {
        let place = root.property("reasons");
        let entries = list.map(|list| reader.entries(&place, list, limits::RETURN_REASONS));
        let entries = entries.unwrap_or_default();
        if entries.is_empty() && !reader.has_violation_below("/reasons") {
            reader.refuse(&place, Rule::Required);
        }
        for (index, entry) in entries.iter().enumerate() {
            reasons.extend(return_reason(&mut reader, &place.entry(index), entry));
        }
    }
    reader.finish(reasons)
}

fn return_reason(
    reader: &mut JsonReader<'_>,
    at: &Pointer<'_>,
    value: &Value,
) -> Option<ReturnReason> {
    let names = ["pointer", "requirement", "text"];
    let [pointer, requirement, text] = reader.record(at, value, names)?;
    if requirement.is_none() && text.is_none() {
        reader.refuse(&at.property("text"), Rule::Required);
    }
    let pointer = match pointer {
        Some(value) => pointer_text(reader, &at.property("pointer"), value)?,
        None => String::new(),
    };
    let requirement = requirement.and_then(|value| {
        let at = at.property("requirement");
        reader.one_of(&at, value, &Requirement::NAMES, names::REQUIREMENT)
    });
    let text = text.and_then(|value| reader.text(&at.property("text"), value, line, limits::LINE));
    Some(ReturnReason {
        pointer,
        requirement,
        text,
    })
}

/// An RFC 6901 pointer: empty, or beginning with a slash.
pub(super) fn pointer_text(
    reader: &mut JsonReader<'_>,
    at: &Pointer<'_>,
    value: &Value,
) -> Option<String> {
    if value.as_str() == Some("") {
        return Some(String::new());
    }
    let text = reader.text(at, value, line, POINTER)?;
    if !text.starts_with('/') {
        reader.refuse(at, Rule::Malformed);
        return None;
    }
    Some(text)
}
