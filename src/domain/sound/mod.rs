//! What can be said of the sound of a recording: levels, and what a listener or a station would find wrong.

mod level;
mod note;

pub use level::Decibels;
pub use note::SoundNote;

/// What the channels of a recording are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channels {
    /// One channel.
    Mono,
    /// Two channels with the same sound.
    DualMono,
    /// Two channels.
    Stereo,
    /// Two channels, of which the right one is silent.
    LeftOnly,
    /// Two channels, of which the left one is silent.
    RightOnly,
    /// Two channels that cancel each other out when they are mixed to one.
    AntiPhase,
    /// More than two channels.
    Surround,
}

impl Channels {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 7] = [
        ("mono", Self::Mono),
        ("dual-mono", Self::DualMono),
        ("stereo", Self::Stereo),
        ("left-only", Self::LeftOnly),
        ("right-only", Self::RightOnly),
        ("anti-phase", Self::AntiPhase),
        ("surround", Self::Surround),
    ];

    /// The wire name.
    pub fn name(self) -> &'static str {
        let mut names = Self::NAMES.iter();
        names
            .find(|(_, channels)| *channels == self)
            .map_or("", |(name, _)| name)
    }
}

/// Why the sound of a file could not be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SoundFailure {
    /// Its bytes are not what its format requires.
    Damaged,
    /// The archive does not read this format.
    Unsupported,
    /// It is longer than what is measured, or its parts take more memory than they may.
    TooLarge,
}

impl SoundFailure {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 3] = [
        ("damaged", Self::Damaged),
        ("unsupported", Self::Unsupported),
        ("too-large", Self::TooLarge),
    ];

    /// The wire name.
    pub fn name(self) -> &'static str {
        let mut names = Self::NAMES.iter();
        names
            .find(|(_, failure)| *failure == self)
            .map_or("", |(name, _)| name)
    }
}

/// Why no copy for stations can be made of a sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CopyFailure {
    /// There is nothing to be heard in it, or too little for a loudness.
    Silent,
    /// It cannot be decoded to its end.
    Damaged,
    /// The copy would be longer than its format allows, or take too long.
    TooLarge,
}

impl CopyFailure {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 3] = [
        ("silent", Self::Silent),
        ("damaged", Self::Damaged),
        ("too-large", Self::TooLarge),
    ];

    /// The wire name.
    pub fn name(self) -> &'static str {
        let mut names = Self::NAMES.iter();
        names
            .find(|(_, failure)| *failure == self)
            .map_or("", |(name, _)| name)
    }
}
