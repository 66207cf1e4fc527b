//! The roles of callers and their permissions, which [`access`](crate::domain::access), saved searches and tokens use.

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

    /// The role with this wire name.
    pub fn of_name(name: &str) -> Option<Self> {
        let found = Self::NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, role)| *role)
    }
}

/// A permission, independent of works. Handlers name the required one in their signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Read what policy lets this actor see.
    Read,
    /// Save searches: every token.
    KeepSearches,
    /// Read the progress of works towards publication: states, conditions, decisions.
    FollowUp,
    /// Deposit works and edit those of the own organisation.
    Deposit,
    /// Return submitted works, give second approvals.
    Review,
    /// Accept, publish, correct, withdraw, delete.
    Curate,
    /// Read operational figures: counts, lag, exact durations.
    Inspect,
    /// Read the audit trail.
    Audit,
    /// Tokens, jobs, maintenance.
    Administer,
}

impl Permission {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 9] = [
        ("read", Self::Read),
        ("save-searches", Self::KeepSearches),
        ("follow-up", Self::FollowUp),
        ("deposit", Self::Deposit),
        ("review", Self::Review),
        ("curate", Self::Curate),
        ("inspect", Self::Inspect),
        ("audit", Self::Audit),
        ("administer", Self::Administer),
    ];

    /// The wire name.
    pub fn name(self) -> &'static str {
        let found = Self::NAMES.iter().find(|(_, other)| *other == self);
        found.map_or("", |(name, _)| name)
    }
}

/// Permissions to which a token is narrowed. Reading is always among them: everybody may read something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permissions(u16);

impl Permissions {
    /// These permissions, and reading.
    pub fn new(permissions: impl IntoIterator<Item = Permission>) -> Self {
        let bit = |permission: Permission| 1 << permission as u16;
        let bits = permissions.into_iter().map(bit);
        Self(bits.fold(bit(Permission::Read), |all, one| all | one))
    }

    /// Whether this is one of them.
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u16) != 0
    }

    /// All of them, in the order of [`Permission::NAMES`].
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        let all = Permission::NAMES.into_iter().map(|(_, one)| one);
        all.filter(move |one| self.contains(*one))
    }
}
