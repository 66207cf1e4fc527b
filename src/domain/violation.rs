//! Violations of rules in a request: all at once, each with its JSON pointer.

use super::processing::ProcessingFailure;

/// One broken rule and where: a JSON pointer (RFC 6901) into what was sent, `""` for the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// JSON pointer into the caller's document.
    pub pointer: String,
    /// The rule that was broken.
    pub rule: Rule,
}

/// The rules of the archive that a caller can break. Messages for people are written in
/// `interfaces/messages`, in Vietnamese and English, from these variants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// A value must be present here.
    Required,
    /// No such property exists.
    UnknownProperty,
    /// The JSON type is another one than expected (`"string"`, `"array"`, ...).
    WrongType {
        /// The JSON type that would be right.
        expected: &'static str,
    },
    /// Text or list longer than allowed (characters, or entries of a list).
    TooLong {
        /// The greatest length.
        max: usize,
    },
    /// Characters that are not allowed (control characters, NUL, bidirectional overrides).
    ForbiddenCharacters,
    /// Not a well-formed BCP 47 tag.
    InvalidLanguageTag,
    /// Not a date of the EDTF subset `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, `A/B`.
    InvalidDate,
    /// Not an ISO 8601 date and time with an offset.
    InvalidTimestamp,
    /// Not one of the listed values.
    NotOneOf {
        /// The values that would be right.
        allowed: &'static [&'static str],
    },
    /// The concept does not exist in its scheme.
    UnknownConcept {
        /// Which scheme was looked in.
        scheme: &'static str,
        /// The slug as sent.
        slug: String,
    },
    /// A repeated value.
    Duplicate,
    /// A relation points at a work that does not exist.
    UnknownTarget,
    /// A relation points at its own work.
    SelfReference,
    /// Not well-formed in a way particular to the field.
    Malformed,
    /// Publication: the rights have not been reviewed.
    RightsNotReviewed,
    /// Publication: it is not assessed whether people can be recognised, and on what basis they are shown.
    PeopleNotAssessed,
    /// Publication: an identifiable minor needs a guardian's consent on file.
    MinorWithoutGuardianConsent,
    /// Publication: the work has neither body text nor an original file.
    NothingToPublish,
    /// Publication: an image needs a text alternative.
    MissingAltText,
    /// The work's kind does not take this sort of file.
    FileDoesNotFitKind,
    /// The work carries a mark of state secrecy (Mật, Tối mật, Tuyệt mật).
    SecrecyMark,
    /// Publication: a work whose terms allow only a link cannot have files.
    LinkOnlyWithFiles,
    /// An original has no bytes.
    EmptyFile,
    /// Publication: the public copy of the file is still being made.
    FileInProcessing,
    /// Publication: no public copy of the file can be made.
    NoPublicCopy(ProcessingFailure),
}

/// Every violation found in one pass; never empty when returned as an error.
#[derive(Debug, Clone, PartialEq, Eq, Default, thiserror::Error)]
#[error("{} rule(s) broken", .0.len())]
pub struct Violations(pub Vec<Violation>);

impl Violations {
    /// Adds one broken rule.
    pub fn push(&mut self, pointer: impl Into<String>, rule: Rule) {
        self.0.push(Violation {
            pointer: pointer.into(),
            rule,
        });
    }

    /// `Ok(value)` when there are no violations.
    ///
    /// # Errors
    /// The violations.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }
}
