//! Whether the copy of a file that the public gets has been made.
//!
//! Images, sound and film go to the public only as copies without places, owners and devices
//! (invariant 7). Copies are made after a file was attached, so a file has a state.

use std::collections::BTreeMap;

use super::Sha256;

/// How far the archive is with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Processing {
    /// Whoever may see the work can download it, or its public copy.
    #[default]
    Ready,
    /// Its public copy is being made.
    Working,
    /// It has no public copy; only those who may download originals get it.
    Failed(ProcessingFailure),
}

impl Processing {
    /// Whether whoever may see the work can download it.
    pub fn is_ready(self) -> bool {
        self == Self::Ready
    }

    /// The wire name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Working => "working",
            Self::Failed(_) => "failed",
        }
    }
}

/// Why no public copy can be made of a file, or its text cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProcessingFailure {
    /// Its bytes are not what its format requires.
    Damaged,
    /// The archive cannot make copies of this format or variant.
    Unsupported,
    /// It has more pixels or bytes than can be processed.
    TooLarge,
    /// A place is written in it where it cannot be removed.
    PlaceRemains,
    /// It can only be read with a password.
    Encrypted,
}

impl ProcessingFailure {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("damaged", Self::Damaged),
        ("unsupported", Self::Unsupported),
        ("too-large", Self::TooLarge),
        ("place-remains", Self::PlaceRemains),
        ("encrypted", Self::Encrypted),
    ];

    /// The wire name.
    pub fn name(self) -> &'static str {
        let mut names = Self::NAMES.iter();
        names
            .find(|(_, failure)| *failure == self)
            .map_or("", |(name, _)| name)
    }
}

/// The states of files; a file that is not listed is ready.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProcessingStates(BTreeMap<Sha256, Processing>);

impl ProcessingStates {
    /// The state of a file.
    pub fn of(&self, file: Sha256) -> Processing {
        self.0.get(&file).copied().unwrap_or_default()
    }

    /// Whether the copy of any of these files is being made.
    pub fn is_any_working(&self) -> bool {
        self.0.values().any(|state| *state == Processing::Working)
    }
}

impl FromIterator<(Sha256, Processing)> for ProcessingStates {
    fn from_iter<I: IntoIterator<Item = (Sha256, Processing)>>(states: I) -> Self {
        Self(states.into_iter().collect())
    }
}
