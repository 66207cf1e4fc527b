//! The written form of a problem: `application/problem+json` (RFC 9457).

use serde::Serialize;
use utoipa::ToSchema;

use super::problem::Problem;
use crate::interfaces::messages::{Language, problems, rules};

/// The media type of problem documents.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request was not carried out (RFC 9457). `title` and `detail` are in the language of
/// `Accept-Language`: Vietnamese or English.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemDocument {
    /// Address of the page about this type of problem.
    r#type: String,
    /// The type in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What happened this time and what to do.
    detail: String,
    /// Path of the request.
    instance: String,
    /// The id under which the log knows this request; also in `X-Request-Id`.
    request_id: String,
    /// Every broken rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<BrokenRule>,
    /// The present revision of the work.
    #[serde(skip_serializing_if = "Option::is_none")]
    current_revision: Option<u64>,
    /// The greatest allowed length.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_bytes: Option<u64>,
    /// The parameter that has the value it cannot have.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    /// The work that has what must be unique.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
}

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BrokenRule {
    /// JSON pointer (RFC 6901) into what was sent.
    pub pointer: String,
    /// The rule's name, stable for programs.
    pub rule: &'static str,
    /// The rule in words.
    pub detail: String,
}

/// What a problem document says about the request it answers.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    /// The language of the caller.
    pub language: Language,
    /// The id of the request.
    pub request_id: &'a str,
    /// The path of the request.
    pub path: &'a str,
    /// The public address of the archive, without a slash at its end.
    pub base: &'a str,
}

impl ProblemDocument {
    /// Writes a problem down.
    pub fn new(problem: &Problem, occasion: &Occasion<'_>) -> Self {
        let language = occasion.language;
        Self {
            r#type: format!("{}/problems/{}", occasion.base, problem.slug()),
            title: problems::title(problem, language),
            status: problem.status().as_u16(),
            detail: problems::detail(problem, language),
            instance: occasion.path.to_owned(),
            request_id: occasion.request_id.to_owned(),
            errors: broken_rules(problem, language),
            current_revision: match problem {
                Problem::StaleRevision { current } => current.map(|revision| revision.0),
                _ => None,
            },
            limit_bytes: match problem {
                Problem::TooLarge { limit_bytes } if *limit_bytes > 0 => Some(*limit_bytes),
                _ => None,
            },
            parameter: match problem {
                Problem::InvalidParameter { name } => Some(name.clone()),
                _ => None,
            },
            owner: match problem {
                Problem::IdentifierTaken { owner } => Some(owner.to_string()),
                _ => None,
            },
        }
    }
}

/// Every broken rule of a problem, in words.
pub fn broken_rules(problem: &Problem, language: Language) -> Vec<BrokenRule> {
    let Problem::Invalid(violations) = problem else {
        return Vec::new();
    };
    violations
        .0
        .iter()
        .map(|violation| BrokenRule {
            pointer: violation.pointer.clone(),
            rule: rules::code(&violation.rule),
            detail: rules::sentence(&violation.rule, language),
        })
        .collect()
}
