//! Whether people can be recognised in a work, and on what basis they may be shown.
//!
//! A statement about the work, never about a person: no names, no faces, no search.

/// On what basis identifiable people may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PeopleShown {
    /// Nobody can be recognised.
    NoneIdentifiable,
    /// Taken at a public event (Personal Data Protection Law 91/2025/QH15, article 32).
    PublicEvent,
    /// Consent is on file with the depositing body.
    ConsentOnFile,
    /// A minor is shown with the consent of a guardian on file.
    MinorWithGuardianConsent,
    /// Nobody has looked yet: blocks publication.
    #[default]
    NotAssessed,
}

impl PeopleShown {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("none-identifiable", Self::NoneIdentifiable),
        ("public-event", Self::PublicEvent),
        ("consent-on-file", Self::ConsentOnFile),
        (
            "minor-with-guardian-consent",
            Self::MinorWithGuardianConsent,
        ),
        ("not-assessed", Self::NotAssessed),
    ];

    /// Whether the people consented, themselves or their guardians.
    pub const fn is_consent(self) -> bool {
        matches!(self, Self::ConsentOnFile | Self::MinorWithGuardianConsent)
    }
}
