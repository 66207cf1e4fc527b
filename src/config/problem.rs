//! What can be wrong with a configuration.

use super::source::Source;

/// All problems, found in one pass.
#[derive(Debug, Clone, PartialEq, Eq, Default, thiserror::Error)]
#[error("the configuration has {} problem(s)", .0.len())]
pub struct Problems(pub Vec<ConfigProblem>);

/// One problem; its text is in `interfaces/messages`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "fields are what their variant's line says they are"
)]
pub enum ConfigProblem {
    /// The file cannot be read.
    Unreadable { file: String, reason: String },
    /// The file is not TOML.
    NotToml { file: String, reason: String },
    /// There is no such setting; `nearest` is the most similar one, if any.
    UnknownKey {
        key: String,
        source: Source,
        nearest: Option<String>,
    },
    /// The value is of another type, or none of those listed.
    WrongValue {
        key: String,
        source: Source,
        reason: String,
    },
    /// The value must be between these.
    OutOfRange { key: String, least: u64, most: u64 },
    /// No file is ever recognised as this media type; `usual` is the name it is recognised by, if there is one.
    NeverRecognised {
        key: String,
        media_type: String,
        usual: Option<String>,
    },
    /// The value does not have the form the setting needs.
    Malformed { key: String, wanted: &'static str },
}
