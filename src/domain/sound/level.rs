//! Levels in decibels.

use std::fmt;

/// A level or a loudness in decibels, exact to a hundredth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decibels(i32);

impl Decibels {
    /// Rounds to hundredths; `None` for a level without end, that of silence.
    pub fn rounded(decibels: f64) -> Option<Self> {
        let hundredths = (decibels * 100.0).round();
        let is_level = hundredths.is_finite() && hundredths.abs() < f64::from(i32::MAX);
        is_level.then_some(Self(hundredths as i32))
    }

    /// So many hundredths of a decibel.
    pub const fn from_hundredths(hundredths: i32) -> Self {
        Self(hundredths)
    }

    /// Hundredths of a decibel.
    pub const fn hundredths(self) -> i32 {
        self.0
    }

    /// Decibels.
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

impl fmt::Display for Decibels {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.2}", self.as_f64())
    }
}
