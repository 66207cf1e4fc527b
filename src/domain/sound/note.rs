//! What whoever airs a recording should know about it.

use super::level::Decibels;

/// Something about a recording that whoever airs it should know. Moments are milliseconds from its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SoundNote {
    /// Nothing is heard in it, or it is too short for a loudness.
    Silent,
    /// So short that its loudness says little.
    Short,
    /// Far below the loudness of programmes.
    TooQuiet {
        /// Its loudness in LUFS.
        loudness: Decibels,
    },
    /// Cut off at full scale.
    Clipped {
        /// Where this is heard first.
        first_ms: u64,
        /// At how many places.
        places: u64,
    },
    /// Silence before the sound.
    SilentBeginning {
        /// How long.
        length_ms: u64,
    },
    /// Silence behind the sound.
    SilentEnd {
        /// How long.
        length_ms: u64,
    },
    /// Silence within the sound.
    Gap {
        /// Where the longest begins.
        longest_at_ms: u64,
        /// How long the longest is.
        length_ms: u64,
        /// How many there are.
        count: u64,
    },
    /// The signal does not swing around zero.
    Offset,
    /// Only one of two channels has sound.
    OneChannel {
        /// It is the left one.
        is_left: bool,
    },
    /// Mixed to one channel, as loudspeakers do, it would vanish.
    AntiPhase,
    /// Recorded with so few samples a second that high tones are missing.
    LowRate {
        /// Samples a second.
        rate_hz: u32,
        /// It has one channel.
        is_mono: bool,
    },
    /// Parts of the file could not be decoded.
    PartlyDamaged {
        /// How many parts.
        parts: u64,
    },
}

impl SoundNote {
    /// The wire name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Short => "short",
            Self::TooQuiet { .. } => "too-quiet",
            Self::Clipped { .. } => "clipped",
            Self::SilentBeginning { .. } => "silent-beginning",
            Self::SilentEnd { .. } => "silent-end",
            Self::Gap { .. } => "gap",
            Self::Offset => "offset",
            Self::OneChannel { .. } => "one-channel",
            Self::AntiPhase => "anti-phase",
            Self::LowRate { .. } => "low-rate",
            Self::PartlyDamaged { .. } => "partly-damaged",
        }
    }
}
