//! The roles of callers, which [`access`](crate::domain::access) and saved searches both use.

/// The role in which somebody acts. What each may do is in the
/// [policy table](crate::domain::access::policy::table).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Runs the archive: tokens, jobs, configuration, and all an editor may.
    Admin,
    /// Checks, tags, publishes and withdraws works.
    Editor,
    /// Gives second approvals and returns works; changes none.
    Reviewer,
    /// Deposits and edits works of its own organisation.
    Contributor,
    /// A radio or loudspeaker station: reads what is for partners.
    Station,
    /// A partner system: harvests what is for partners.
    Partner,
    /// Inspects the archive: reads works in every state and operational figures; changes nothing.
    Inspector,
}

impl Role {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 7] = [
        ("admin", Self::Admin),
        ("editor", Self::Editor),
        ("reviewer", Self::Reviewer),
        ("contributor", Self::Contributor),
        ("station", Self::Station),
        ("partner", Self::Partner),
        ("inspector", Self::Inspector),
    ];

    /// The wire name.
    pub fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(_, role)| *role == self)
            .map_or("", |(name, _)| name)
    }
}
