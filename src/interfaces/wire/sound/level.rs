//! Levels as numbers.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::sound::Decibels;

/// A level in decibels with two decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(value_type = f64, example = -23.0)]
pub struct Level(pub(super) Decibels);

impl Level {
    /// The number of decibels.
    pub fn as_f64(self) -> f64 {
        self.0.as_f64()
    }
}

impl Serialize for Level {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0.as_f64())
    }
}
