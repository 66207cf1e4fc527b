//! The roles of tokens, which [`access`](crate::domain::access) and saved searches both use.

/// What the holder of a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Runs the archive: tokens, jobs, configuration, and all an editor may.
    Admin,
    /// Checks, tags, publishes and withdraws the works of every organisation.
    Editor,
    /// Deposits and edits works of its own organisation.
    Contributor,
    /// A radio or loudspeaker station: reads what is for partners.
    Station,
    /// A partner system: harvests what is for partners.
    Partner,
}

impl Role {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("admin", Self::Admin),
        ("editor", Self::Editor),
        ("contributor", Self::Contributor),
        ("station", Self::Station),
        ("partner", Self::Partner),
    ];

    /// The wire name.
    pub fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(_, role)| *role == self)
            .map_or("", |(name, _)| name)
    }
}
