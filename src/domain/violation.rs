//! Violations of rules in a request: all at once, each with its JSON pointer.

use super::processing::ProcessingFailure;
use std::fmt;

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
    /// Text shorter than allowed, in characters.
    TooShort {
        /// The least length.
        min: usize,
    },
    /// A password that is easy to guess.
    EasyToGuess,
    /// A one-time link, code or password that is not valid.
    NotValid,
    /// A login name that another account has.
    LoginTaken,
    /// Characters that are not allowed (control characters, NUL, bidirectional overrides).
    ForbiddenCharacters,
    /// Not a well-formed BCP 47 tag.
    InvalidLanguageTag,
    /// Not a date of the EDTF subset `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, `A/B`.
    InvalidDate,
    /// Not an ISO 8601 date and time with an offset.
    InvalidTimestamp,
    /// A number outside of a range.
    OutOfRange {
        /// The least.
        min: u64,
        /// The greatest.
        max: u64,
    },
    /// A moment further in the future than allowed.
    TooFarAway {
        /// The greatest number of days from now.
        days: i64,
    },
    /// The vocabulary says that the body does not exist on that day.
    NotInForce,
    /// An earlier plan that has not run yet names it.
    AlreadyPlanned,
    /// It does not belong to any of the bodies.
    NotOfBody,
    /// A permission that the role does not have.
    BeyondRole,
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
    /// Publication: the consent to show people was withdrawn; they have to be assessed anew.
    ConsentWithdrawn,
    /// Publication: the consent to show people has ended.
    ConsentEnded,
    /// Publication: the consent to show people is for other languages or channels.
    OutsideConsent,
    /// A redacted region that is not within the image, or a file of which no region can be redacted.
    RegionOutsideImage,
    /// A text for a file of which none is read.
    FileWithoutText,
    /// A corrected text with another number of pages than the file has.
    OtherNumberOfPages {
        /// The pages of the file.
        expected: usize,
    },
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
    /// A file of an earlier revision whose bytes are not kept any more.
    FileNotKept,
    /// Publication: the public copy of the file is still being made.
    FileInProcessing,
    /// Publication: a second post has to approve the work.
    SecondApprovalMissing,
    /// Publication: the day on which its publication was to be reviewed has passed.
    ReviewIsDue,
    /// The second approval comes from the post that gave the first.
    SameApprover,
    /// Publication: no public copy of the file can be made.
    NoPublicCopy(ProcessingFailure),
    /// A text that is not UTF-8.
    NotUtf8,
    /// A file that is no table that can be read: CSV, XLSX or ODS.
    NoTable,
    /// A table without rows, or without a column that means something.
    EmptyTable,
    /// A file that is no ZIP archive that can be read.
    NoArchive,
}

/// Violations that are listed; more are only counted, so that a refusal is short whatever was sent.
pub const MAX_LISTED: usize = 100;
/// The longest listed pointer, in bytes.
const MAX_POINTER_BYTES: usize = 500;

/// The violations found in one pass; never empty when returned as an error.
#[derive(Debug, Clone, PartialEq, Eq, Default, thiserror::Error)]
#[error("{total} rule(s) broken")]
pub struct Violations {
    listed: Vec<Violation>,
    total: usize,
}

impl Violations {
    /// Adds one broken rule. A pointer is cut when the names in it are overlong.
    pub fn push(&mut self, pointer: impl fmt::Display, rule: Rule) {
        self.total += 1;
        if self.listed.len() == MAX_LISTED {
            return;
        }
        let mut pointer = pointer.to_string();
        if pointer.len() > MAX_POINTER_BYTES {
            let is_boundary = |at: &usize| pointer.is_char_boundary(*at);
            let end = (0..=MAX_POINTER_BYTES).rev().find(is_boundary);
            pointer.truncate(end.unwrap_or(0));
            pointer.push('…');
        }
        self.listed.push(Violation { pointer, rule });
    }

    /// Adds those of another pass.
    pub fn append(&mut self, other: Self) {
        self.total += other.total;
        let room = MAX_LISTED - self.listed.len();
        self.listed.extend(other.listed.into_iter().take(room));
    }

    /// The first [`MAX_LISTED`] violations.
    pub fn listed(&self) -> &[Violation] {
        &self.listed
    }

    /// The number of violations, listed or not.
    pub const fn total(&self) -> usize {
        self.total
    }

    /// `Ok(value)` when there are no violations.
    ///
    /// # Errors
    /// The violations.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.total == 0 {
            Ok(value)
        } else {
            Err(self)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Rule, Violations};

    #[test]
    fn a_hundred_are_listed_and_all_are_counted() {
        let mut found = Violations::default();
        for n in 0..250 {
            found.push(format!("/{n}"), Rule::Required);
        }
        let mut other = Violations::default();
        other.push("/x", Rule::Required);
        found.append(other);
        assert_eq!((found.listed().len(), found.total()), (100, 251));
        assert_eq!(found.listed()[99].pointer, "/99");
    }

    #[test]
    fn an_overlong_name_is_cut_at_a_letter() {
        let mut found = Violations::default();
        found.push(format!("/{}", "ệ".repeat(400)), Rule::UnknownProperty);
        let pointer = &found.listed()[0].pointer;
        assert!(pointer.len() < 510 && pointer.ends_with("ệ…"), "{pointer}");
    }
}
