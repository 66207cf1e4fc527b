//! Decisions on a work on its way to the public, and what they leave behind.

use super::Revision;
use crate::domain::credential::Credential;
use crate::domain::role::Role;
use crate::domain::{Slug, Timestamp};

/// Who decided something, and when: the post, never a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The token or account; `None` for the archive's own operator.
    pub by: Option<Credential>,
    /// In which role; `None` for the archive's own operator.
    pub role: Option<Role>,
    /// For which organisation, if it has one.
    pub organisation: Option<Slug>,
    /// When.
    pub at: Timestamp,
}

/// The decisions that publication rests on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Review {
    /// The terms of reuse were reviewed: by whom the work was accepted, or its terms changed, last.
    pub rights: Option<Decision>,
    /// The first approval.
    pub accepted: Option<Decision>,
    /// The second approval, by somebody else.
    pub approved: Option<Decision>,
    /// The consent to show people was withdrawn last: who recorded it. Kept until they are assessed anew.
    pub consent_withdrawn: Option<Decision>,
}

impl Review {
    /// Without approvals: they were given for another content.
    pub(super) fn without_approvals(self) -> Self {
        Self {
            accepted: None,
            approved: None,
            ..self
        }
    }
}

/// Why a work was returned to its contributor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnReason {
    /// JSON pointer into the wire form of the work, `""` for the whole.
    pub pointer: String,
    /// Which condition of publication it is about.
    pub requirement: Option<Requirement>,
    /// What to do, in words for the contributor. Always present without a condition.
    pub text: Option<String>,
}

/// A correction of a published work, for its readers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// What was corrected, in words for the public.
    pub note: String,
    /// When.
    pub at: Timestamp,
    /// The revision with the correction.
    pub revision: Revision,
    /// The revision that the public read before. It stays citable.
    pub corrected: Revision,
}

/// A condition of publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Requirement {
    /// It has a title.
    Title,
    /// Its kind is named.
    Kind,
    /// The depositing organisation is named.
    Organisation,
    /// Its languages are named.
    Languages,
    /// Its strand is named.
    Strand,
    /// It has a theme.
    Theme,
    /// It says how to credit a reuse.
    CreditLine,
    /// The terms of reuse were reviewed and allow publication.
    RightsReviewed,
    /// The terms of reuse allow the archive to deliver its files.
    TermsAllowFiles,
    /// The terms of reuse allow its access.
    TermsAllowAccess,
    /// It is known whether people can be recognised, and on what basis they are shown.
    PeopleAssessed,
    /// An identifiable minor is shown with the consent of a guardian.
    GuardianConsent,
    /// The consent has not ended.
    ConsentHolds,
    /// The consent is for the languages of the work.
    ConsentAllowsLanguages,
    /// The consent is for a channel that reaches everybody who may see it.
    ConsentAllowsAccess,
    /// Somebody else than the first approved it too.
    SecondApproval,
    /// The day on which its publication is reviewed again is set.
    ReviewDate,
    /// It has a text or an original file.
    Content,
    /// An original fits the kind of the work.
    FileFitsKind,
    /// An image has a text alternative.
    TextAlternative,
    /// A file has a public copy.
    PublicCopy,
    /// No text of the work carries a mark of state secrecy.
    NoSecrecyMark,
}

impl Requirement {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 22] = [
        ("title", Self::Title),
        ("kind", Self::Kind),
        ("organisation", Self::Organisation),
        ("languages", Self::Languages),
        ("strand", Self::Strand),
        ("theme", Self::Theme),
        ("credit-line", Self::CreditLine),
        ("rights-reviewed", Self::RightsReviewed),
        ("terms-allow-files", Self::TermsAllowFiles),
        ("terms-allow-access", Self::TermsAllowAccess),
        ("people-assessed", Self::PeopleAssessed),
        ("guardian-consent", Self::GuardianConsent),
        ("consent-holds", Self::ConsentHolds),
        ("consent-allows-languages", Self::ConsentAllowsLanguages),
        ("consent-allows-access", Self::ConsentAllowsAccess),
        ("second-approval", Self::SecondApproval),
        ("review-date", Self::ReviewDate),
        ("content", Self::Content),
        ("file-fits-kind", Self::FileFitsKind),
        ("text-alternative", Self::TextAlternative),
        ("public-copy", Self::PublicCopy),
        ("no-secrecy-mark", Self::NoSecrecyMark),
    ];

    /// The wire name.
    pub fn name(self) -> &'static str {
        let mut names = Self::NAMES.iter();
        names
            .find(|(_, requirement)| *requirement == self)
            .map_or("", |(name, _)| name)
    }
}
