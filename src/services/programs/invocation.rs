//! What a program is asked to do, and what it answers.

use std::ffi::OsString;

use super::limits::Limits;
use super::program::{Program, Version};

/// One call of a program.
///
/// It runs in its private folder: `in/NAME` are the files it was given, below `out/` it may write.
#[derive(Debug, Clone)]
pub struct Invocation {
    pub(super) program: Program,
    pub(super) arguments: Vec<OsString>,
    pub(super) environment: Vec<(&'static str, String)>,
    pub(super) expected: Option<String>,
    pub(super) limits: Limits,
}

impl Invocation {
    /// A call of this program without arguments and with the default limits.
    pub fn new(program: Program) -> Self {
        Self {
            program,
            arguments: Vec::new(),
            environment: Vec::new(),
            expected: None,
            limits: Limits::default(),
        }
    }

    /// With one more argument.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// With more arguments.
    #[must_use]
    pub fn arguments<A: Into<OsString>>(mut self, more: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(more.into_iter().map(Into::into));
        self
    }

    /// With a variable in its environment, which else has only what every program gets.
    #[must_use]
    pub fn variable(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// Which file below `out/` it must write.
    #[must_use]
    pub fn expecting(mut self, name: impl Into<String>) -> Self {
        self.expected = Some(name.into());
        self
    }

    /// With other limits.
    #[must_use]
    pub const fn within(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

/// What a program that succeeded printed. Its files are in the [`Workspace`](super::Workspace).
#[derive(Debug, Clone)]
pub struct Output {
    /// Its version, to be recorded with what it made.
    pub version: Version,
    /// What it printed, up to the limit.
    pub stdout: Vec<u8>,
    /// What it printed about problems, up to the limit.
    pub stderr: Vec<u8>,
}
