//! Every table of the index. All of it is derived from the journal and may be deleted.

/// A table. Numbers in keys are big-endian, moments have their sign bit flipped, so keys sort as
/// their values do; texts are preceded by their length, so no key is the beginning of another's.
/// All tables are written by the writer thread alone, through `Changes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Table {
    /// `"state"` -> `row::Meta`: how far the journal is applied, and what is counted.
    Meta,
    /// asset id (16) -> `row::AssetRow`: where the work or tombstone stands in the
    /// journal, and what other tables hold because of it.
    Assets,
    /// asset id (16), complement of the revision (8) -> `row::RevisionRow`: newest first.
    Revisions,
    /// asset id (16), blob (32) -> nothing: files that only earlier revisions have.
    FormerFiles,
    /// scheme, value, asset id (16) -> nothing: who carries an identifier.
    Identifiers,
    /// blob (32) -> `row::BlobRow`: blobs that are referenced, how often, last
    /// audit, hash of the picture in it.
    Blobs,
    /// blob (32), asset id (16) -> nothing: which works have a file with these bytes.
    BlobAssets,
    /// source blob (32), recipe -> `RenditionRecord`.
    Renditions,
    /// number of the last (8) -> `row::EventsRow`: consecutive events of a change set.
    Events,
    /// job id (8) -> `JobRecord`.
    Jobs,
    /// kind, moment (8), job id (8) -> nothing: jobs that wait.
    JobsDue,
    /// state (1), job id (8) -> nothing.
    JobsByState,
    /// kind, unique key -> job id (8): the newest waiting job with this key.
    JobsUnique,
    /// moment (8), job id (8) -> nothing: jobs done or given up, for pruning.
    JobsFinished,
    /// hash of the secret (32) -> `StoredToken`.
    Tokens,
    /// saved search (16) -> `SavedSearchRecord`.
    Searches,
    /// table name, key -> `StoredKeyed`. The key is last and has no length before it, so that keys of a
    /// table are in the order of their bytes.
    Records,
    /// organisation -> `row::UsageRow`: what its works take up. The slug is the whole key.
    Usage,
    /// scope, key -> `IdempotentRecord`.
    Answers,
    /// moment (8), scope, key -> nothing: remembered answers, for forgetting.
    AnswersByTime,
}

impl Table {
    /// All tables.
    pub(crate) const ALL: [Self; 20] = [
        Self::Meta,
        Self::Assets,
        Self::Revisions,
        Self::FormerFiles,
        Self::Identifiers,
        Self::Blobs,
        Self::BlobAssets,
        Self::Renditions,
        Self::Events,
        Self::Jobs,
        Self::JobsDue,
        Self::JobsByState,
        Self::JobsUnique,
        Self::JobsFinished,
        Self::Tokens,
        Self::Searches,
        Self::Records,
        Self::Usage,
        Self::Answers,
        Self::AnswersByTime,
    ];

    /// Its name in sled.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::Assets => "assets",
            Self::Revisions => "revisions",
            Self::FormerFiles => "former-files",
            Self::Identifiers => "identifiers",
            Self::Blobs => "blobs",
            Self::BlobAssets => "blob-assets",
            Self::Renditions => "renditions",
            Self::Events => "events",
            Self::Jobs => "jobs",
            Self::JobsDue => "jobs-due",
            Self::JobsByState => "jobs-by-state",
            Self::JobsUnique => "jobs-unique",
            Self::JobsFinished => "jobs-finished",
            Self::Tokens => "tokens",
            Self::Searches => "searches",
            Self::Records => "records",
            Self::Usage => "usage",
            Self::Answers => "answers",
            Self::AnswersByTime => "answers-by-time",
        }
    }

    /// Its place in [`Table::ALL`].
    pub(crate) const fn position(self) -> usize {
        self as usize
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn every_table_stands_at_its_position_under_its_own_name() {
        for (position, table) in Table::ALL.into_iter().enumerate() {
            assert_eq!(table.position(), position);
            let same_name = Table::ALL.iter().filter(|t| t.name() == table.name());
            assert_eq!(same_name.count(), 1);
        }
    }
}
