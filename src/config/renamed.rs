//! Settings that were renamed. The old name still works; using it is logged as a warning.

use super::source::Source;

/// Old and new name of every renamed setting, as `section.key`.
const RENAMED: [(&str, &str); 1] = [("search.patience_ms", "search.max_commit_delay_ms")];

/// The use of an old name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenamedSetting {
    /// The name that was used.
    pub old: &'static str,
    /// The name to use.
    pub new: &'static str,
    /// Where the old name was used.
    pub source: Source,
}

/// The use of `key` if it is an old name.
pub(super) fn renamed(key: &str, source: Source) -> Option<RenamedSetting> {
    RENAMED
        .iter()
        .find(|(old, _)| *old == key)
        .map(|(old, new)| RenamedSetting { old, new, source })
}
