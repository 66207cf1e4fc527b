//! The problem document: `application/problem+json` (RFC 9457).

use serde::Serialize;
use utoipa::ToSchema;

use super::{Problem, text};
use crate::interfaces::messages::{Language, rules};

/// The media type of problem documents.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request failed (RFC 9457). `title` and `detail` are in the language of
/// `Accept-Language`: Vietnamese or English.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemDocument {
    /// Address of the page about this type of problem.
    pub(in crate::interfaces) r#type: String,
    /// The type in words.
    pub(in crate::interfaces) title: &'static str,
    /// The HTTP status.
    pub(in crate::interfaces) status: u16,
    /// What happened this time and what to do.
    pub(in crate::interfaces) detail: String,
    /// Path of the request.
    pub(in crate::interfaces) instance: String,
    /// The id of this request in the log; also in `X-Request-Id`.
    pub(in crate::interfaces) request_id: String,
    /// The broken rules, at most 100 of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::interfaces) errors: Vec<BrokenRule>,
    /// How many rules are broken, when not all are listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    errors_total: Option<usize>,
    /// The present revision of the work.
    #[serde(skip_serializing_if = "Option::is_none")]
    current_revision: Option<u64>,
    /// The greatest allowed length.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_bytes: Option<u64>,
    /// How many there can be.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
    /// How much is used of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    used: Option<u64>,
    /// The media types that are accepted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    accepted: Vec<String>,
    /// The values that this parameter can have: a list, or the least and the greatest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed: Option<String>,
    /// The parameter with the invalid value.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    /// The work that has the identifier, if you may see it.
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

/// What a problem document states about its request.
#[derive(Debug, Clone, Copy)]
pub struct ProblemContext<'a> {
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
    /// The document of a problem.
    pub fn new(problem: &Problem, context: &ProblemContext<'_>) -> Self {
        let language = context.language;
        Self {
            r#type: format!("{}/problems/{}", context.base, problem.slug()),
            title: text::title(problem, language),
            status: problem.status().as_u16(),
            detail: text::detail(problem, language),
            instance: context.path.to_owned(),
            request_id: context.request_id.to_owned(),
            errors: broken_rules(problem, language),
            errors_total: match problem {
                Problem::Invalid(found) if found.total() > found.listed().len() => {
                    Some(found.total())
                }
                _ => None,
            },
            current_revision: match problem {
                Problem::StaleRevision { current } => current.map(|revision| revision.0),
                _ => None,
            },
            limit_bytes: match problem {
                Problem::TooLarge { limit_bytes } if *limit_bytes > 0 => Some(*limit_bytes),
                Problem::AddressTooLong { limit_bytes } => Some(*limit_bytes),
                _ => None,
            },
            limit: match problem {
                Problem::LimitReached { limit } => u64::try_from(*limit).ok(),
                Problem::QuotaExceeded { limit, .. } => Some(*limit),
                _ => None,
            },
            used: match problem {
                Problem::QuotaExceeded { used, .. } => Some(*used),
                _ => None,
            },
            accepted: match problem {
                Problem::UnsupportedMediaType { accepted } => accepted.clone(),
                _ => Vec::new(),
            },
            allowed: None,
            parameter: match problem {
                Problem::InvalidParameter { name } | Problem::UnknownParameter { name, .. } => {
                    Some(name.clone())
                }
                Problem::WrongCursor => Some("after".to_owned()),
                _ => None,
            },
            owner: match problem {
                Problem::IdentifierTaken { owner } => owner.map(|owner| owner.to_string()),
                _ => None,
            },
        }
    }
}

impl ProblemDocument {
    /// Names the values that the parameter can have.
    pub fn allow(&mut self, values: &str, language: Language) {
        self.detail.push(' ');
        self.detail.push_str(&text::allowed(values, language));
        self.allowed = Some(values.to_owned());
    }
}

/// The listed broken rules of a problem, in words.
pub fn broken_rules(problem: &Problem, language: Language) -> Vec<BrokenRule> {
    let Problem::Invalid(violations) = problem else {
        return Vec::new();
    };
    violations
        .listed()
        .iter()
        .map(|violation| BrokenRule {
            pointer: violation.pointer.clone(),
            rule: rules::code(&violation.rule),
            detail: rules::sentence(&violation.rule, language),
        })
        .collect()
}
