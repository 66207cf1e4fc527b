//! What holders of accounts are told, and how it reaches them.

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotificationKind {
    /// A work that the account deposited was returned to it.
    Returned,
    /// A work was assigned to the account or its post.
    Assigned,
    /// A work that the account deposited was withdrawn.
    Withdrawn,
    /// The consent to show people in a published work that the account deposited ends in a month.
    ConsentEnding,
}

impl NotificationKind {
    /// Every value with its name, on the wire and stored.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("returned", Self::Returned),
        ("assigned", Self::Assigned),
        ("withdrawn", Self::Withdrawn),
        ("consent-ending", Self::ConsentEnding),
    ];

    /// The name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Returned => "returned",
            Self::Assigned => "assigned",
            Self::Withdrawn => "withdrawn",
            Self::ConsentEnding => "consent-ending",
        }
    }

    /// The kind with this name.
    pub fn of_name(name: &str) -> Option<Self> {
        let found = Self::NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, kind)| *kind)
    }
}

/// How notifications of a kind reach the holder of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NotificationWay {
    /// In the inbox.
    #[default]
    Inbox,
    /// In the inbox, and at once by mail.
    Mail,
    /// In the inbox, and once a day by mail, all together.
    Digest,
    /// Not at all.
    None,
}

impl NotificationWay {
    /// Every value with its name, on the wire and stored.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("inbox", Self::Inbox),
        ("mail", Self::Mail),
        ("digest", Self::Digest),
        ("none", Self::None),
    ];

    /// The name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::Mail => "mail",
            Self::Digest => "digest",
            Self::None => "none",
        }
    }

    /// The way with this name.
    pub fn of_name(name: &str) -> Option<Self> {
        let found = Self::NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, way)| *way)
    }
}
