//! The policy as a table: which role may do what, and to which works.
//!
//! A row reads as a sentence: a contributor may edit *open* works of its scope. Several rules that apply to
//! one work combine to the strictest: state, access and embargo of a work each allow an audience, and the
//! narrowest counts ([`Asset::audience_level`](crate::domain::asset::Asset::audience_level)); an operation
//! needs the permission of its row, a work that the actor may see, and a cell that includes the work.
//!
//! `docs/policy-matrix.md` has the outcome for every role, operation, state and access level.

use crate::domain::asset::AudienceLevel;
use crate::domain::role::{Permission, Role};

/// What an actor does to one work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Download originals as deposited. They carry camera serial numbers and places.
    FetchOriginals,
    /// Read the sealed files that prove a consent.
    ReadSealedFiles,
    /// Read which conditions of publication are met, and who decided what.
    ReadChecklist,
    /// Comment, for those who work on it.
    Comment,
    /// Assign it to a post or a holder, with a due date.
    Assign,
    /// Change description and files.
    Edit,
    /// Submit to the editors.
    Submit,
    /// Make a submitted work a draft again.
    Recall,
    /// Return to the contributor, with reasons.
    Return,
    /// Accept for publication: the first approval.
    Accept,
    /// Give the second approval.
    Approve,
    /// Publish.
    Publish,
    /// Correct what is published, with a public note.
    Correct,
    /// Withdraw from the public.
    Withdraw,
    /// Make a withdrawn work a draft again.
    Reopen,
    /// Delete; a tombstone stays.
    Delete,
}

/// Which works a cell includes, from none to all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Works {
    /// None.
    None,
    /// Drafts and returned works of the scope that nobody outside it has ever seen.
    Unseen,
    /// Open works of the scope: draft, returned, submitted.
    Open,
    /// All works of the scope.
    Scope,
}

/// Whose works are the scope of an actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeRule {
    /// Nobody's.
    Nothing,
    /// Those of its organisation and of organisations below it.
    Organisation,
    /// The same; without an organisation those of all organisations.
    OrganisationOrAll,
    /// Those of all organisations.
    All,
}

/// A column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Callers without a token.
    Anonymous,
    /// Holders of a role.
    Role(Role),
}

/// The columns, in the order of the cells of each row.
pub const COLUMNS: [Column; 8] = [
    Column::Anonymous,
    Column::Role(Role::Station),
    Column::Role(Role::Partner),
    Column::Role(Role::Contributor),
    Column::Role(Role::Reviewer),
    Column::Role(Role::Inspector),
    Column::Role(Role::Editor),
    Column::Role(Role::Admin),
];

/// One row: a cell for each column.
type Row<T> = [T; COLUMNS.len()];

/// Published works are seen by roles whose level is this or a narrower one. In its scope a role sees works in
/// every state.
#[rustfmt::skip]
const AUDIENCE: Row<AudienceLevel> = {
    use AudienceLevel::{Partner, Public, StateInternal as Internal};
    // anonymous station  partner  contributor reviewer  inspector editor    admin
    [Public,     Partner, Partner, Internal,   Internal, Internal, Internal, Internal]
};

#[rustfmt::skip]
const SCOPE: Row<ScopeRule> = {
    use ScopeRule::{All, Nothing, Organisation as Own, OrganisationOrAll as OwnOrAll};
    // anonymous station  partner  contributor reviewer  inspector editor    admin
    [Nothing,    Nothing, Nothing, Own,        OwnOrAll, OwnOrAll, OwnOrAll, All]
};

/// What a role may do at all.
#[rustfmt::skip]
const PERMISSIONS: [(Permission, Row<bool>); Permission::NAMES.len()] = {
    use Permission::{Administer, Audit, Curate, Deposit, FollowUp, Inspect, KeepSearches, Read, Review};
    const YES: bool = true;
    const NO: bool = false;
    [   //             anonymous station partner contributor reviewer inspector editor admin
        (Read,         [YES,     YES,    YES,    YES,        YES,     YES,      YES,   YES]),
        (KeepSearches, [NO,      YES,    YES,    YES,        YES,     YES,      YES,   YES]),
        (FollowUp,     [NO,      NO,     NO,     YES,        YES,     YES,      YES,   YES]),
        (Deposit,      [NO,      NO,     NO,     YES,        NO,      NO,       YES,   YES]),
        (Review,       [NO,      NO,     NO,     NO,         YES,     NO,       YES,   YES]),
        (Curate,       [NO,      NO,     NO,     NO,         NO,      NO,       YES,   YES]),
        (Inspect,      [NO,      NO,     NO,     NO,         NO,      YES,      YES,   YES]),
        (Audit,        [NO,      NO,     NO,     NO,         NO,      YES,      NO,    YES]),
        (Administer,   [NO,      NO,     NO,     NO,         NO,      NO,       NO,    YES]),
    ]
};

/// What a role may do to which works, and the permission that the handler requires first.
#[rustfmt::skip]
const OPERATIONS: [(Operation, Permission, Row<Works>); 16] = {
    use Operation::{Accept, Approve, Assign, Comment, Correct, Delete, Edit, FetchOriginals, Publish};
    use Operation::{ReadChecklist, ReadSealedFiles, Recall, Reopen, Return, Submit, Withdraw};
    use Permission::{Curate, Deposit, FollowUp, Read, Review};
    use Works::{None as No, Open, Scope, Unseen};
    [   //                         anonymous station partner contributor reviewer inspector editor admin
        (FetchOriginals, Read,     [No,      No,     No,     Scope,      Scope,   No,       Scope, Scope]),
        (ReadSealedFiles, FollowUp, [No,     No,     No,     Scope,      Scope,   No,       Scope, Scope]),
        (ReadChecklist,  FollowUp, [No,      No,     No,     Scope,      Scope,   Scope,    Scope, Scope]),
        (Comment,        FollowUp, [No,      No,     No,     Scope,      Scope,   No,       Scope, Scope]),
        (Assign,         Curate,   [No,      No,     No,     No,         No,      No,       Scope, Scope]),
        (Edit,           Deposit,  [No,      No,     No,     Open,       No,      No,       Scope, Scope]),
        (Submit,         Deposit,  [No,      No,     No,     Open,       No,      No,       Scope, Scope]),
        (Recall,         Deposit,  [No,      No,     No,     Open,       No,      No,       Scope, Scope]),
        (Return,         Review,   [No,      No,     No,     No,         Scope,   No,       Scope, Scope]),
        (Accept,         Curate,   [No,      No,     No,     No,         No,      No,       Scope, Scope]),
        (Approve,        Review,   [No,      No,     No,     No,         Scope,   No,       Scope, Scope]),
        (Publish,        Curate,   [No,      No,     No,     No,         No,      No,       Scope, Scope]),
        (Correct,        Curate,   [No,      No,     No,     No,         No,      No,       Scope, Scope]),
        (Withdraw,       Curate,   [No,      No,     No,     No,         No,      No,       Scope, Scope]),
        (Reopen,         Curate,   [No,      No,     No,     No,         No,      No,       Scope, Scope]),
        (Delete,         Deposit,  [No,      No,     No,     Unseen,     No,      No,       Scope, Scope]),
    ]
};

impl Column {
    fn cell<T: Copy>(self, row: &Row<T>) -> Option<T> {
        let position = COLUMNS.iter().position(|column| *column == self)?;
        row.get(position).copied()
    }

    /// The audience that a role belongs to outside its scope.
    pub fn audience(self) -> AudienceLevel {
        self.cell(&AUDIENCE).unwrap_or(AudienceLevel::Public)
    }

    /// Whose works are its scope.
    pub fn scope(self) -> ScopeRule {
        self.cell(&SCOPE).unwrap_or(ScopeRule::Nothing)
    }

    /// Whether it has the permission.
    pub fn has(self, permission: Permission) -> bool {
        let mut rows = PERMISSIONS.iter();
        let row = rows.find(|(of, _)| *of == permission);
        row.and_then(|(_, cells)| self.cell(cells)) == Some(true)
    }

    /// The works to which it may do this.
    pub fn works(self, operation: Operation) -> Works {
        let mut rows = OPERATIONS.iter();
        let row = rows.find(|(of, ..)| *of == operation);
        row.and_then(|(_, _, cells)| self.cell(cells))
            .unwrap_or(Works::None)
    }
}

impl Operation {
    /// Every operation, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        OPERATIONS.iter().map(|(operation, ..)| *operation)
    }

    /// The permission without which it is refused for every work.
    pub fn permission(self) -> Permission {
        let mut rows = OPERATIONS.iter();
        let row = rows.find(|(of, ..)| *of == self);
        row.map_or(Permission::Administer, |(_, permission, _)| *permission)
    }
}
