//! What can be wrong with a configuration, and where each value came from.

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// It is the default.
    Default,
    /// The TOML file.
    File,
    /// An environment variable.
    Environment,
    /// A command-line flag.
    Flag,
}

/// Everything found wrong in one pass.
#[derive(Debug, Clone, PartialEq, Eq, Default, thiserror::Error)]
#[error("the configuration has {} problem(s)", .0.len())]
pub struct Problems(pub Vec<ConfigProblem>);

/// One thing that is wrong; put into words by `interfaces/messages`.
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
    /// There is no such setting; the one most like it, if any is.
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
    /// The value must lie between these.
    OutOfRange { key: String, least: u64, most: u64 },
    /// The value does not have the form the setting needs.
    Malformed { key: String, wanted: &'static str },
}
