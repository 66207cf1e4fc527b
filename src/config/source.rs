//! The layers that a value can come from.

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
