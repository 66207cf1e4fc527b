//! Moments in time: milliseconds since 1970, displayed in Vietnamese time.

use std::fmt;

use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::WorkDate;

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

const SECONDS_OF_DAY: i64 = 24 * 60 * 60;

/// The text is not an ISO 8601 date and time with an offset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an ISO 8601 date and time with offset: {0:?}")]
pub struct InvalidTimestamp(pub String);

impl Timestamp {
    /// Viet Nam has UTC+7 all year.
    const SHOWN_OFFSET: Offset = Offset::constant(7);

    /// From milliseconds since 1970.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// This moment moved by a number of seconds, backwards if negative.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// Reads RFC 3339 / ISO 8601 with an offset (`2026-12-01T00:00:00+07:00`, `…Z`).
    ///
    /// # Errors
    /// [`InvalidTimestamp`] with the text as given.
    pub fn parse(text: &str) -> Result<Self, InvalidTimestamp> {
        text.parse::<jiff::Timestamp>()
            .map(|t| Self(t.as_millisecond()))
            .map_err(|_| InvalidTimestamp(text.to_owned()))
    }

    /// The calendar year in Viet Nam.
    pub fn year(self) -> i16 {
        self.shown().year()
    }

    /// The first moment of a day in Viet Nam; of a coarser date that of its first day.
    pub fn beginning_of(day: &WorkDate) -> Self {
        Self::midnight(i64::from(day.first_day()))
    }

    /// The day in Viet Nam.
    pub fn day(self) -> WorkDate {
        WorkDate::of_day(self.shown().date())
    }

    /// The moment at which a day ends in Viet Nam: the first of the day after it. `day` counts from 1970-01-01, as
    /// [`WorkDate::last_day`] does.
    pub const fn after_day(day: i32) -> Self {
        Self::midnight(day as i64 + 1)
    }

    /// The next moment after this one at which it is this hour in Viet Nam.
    #[must_use]
    pub const fn next_at_hour(self, hour: i64) -> Self {
        let first = Self::midnight(0).plus_seconds(hour * 3600);
        let days = (self.0 - first.0).div_euclid(SECONDS_OF_DAY * 1000) + 1;
        first.plus_seconds(days * SECONDS_OF_DAY)
    }

    /// The moment at which a day begins in Viet Nam, counted from 1970-01-01.
    const fn midnight(day: i64) -> Self {
        Self((day * SECONDS_OF_DAY - Self::SHOWN_OFFSET.seconds() as i64) * 1000)
    }

    fn shown(self) -> DateTime {
        let moment = jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::MAX);
        Self::SHOWN_OFFSET.to_datetime(moment)
    }
}

/// ISO 8601 with offset, milliseconds kept: `2026-11-23T08:00:00.250+07:00`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}+07:00",
            self.shown().strftime("%Y-%m-%dT%H:%M:%S%.3f")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn is_read_with_any_offset_and_shown_in_vietnamese_time() {
        // 2026-11-23T01:00:00Z is 1,795,395,600 seconds after the epoch (GNU date -u +%s).
        let moment = Timestamp::from_millis(1_795_395_600_000);
        assert_eq!(moment.to_string(), "2026-11-23T08:00:00.000+07:00");
        for text in ["2026-11-23T01:00:00Z", "2026-11-23T08:00:00+07:00"] {
            assert_eq!(Timestamp::parse(text), Ok(moment));
        }
        // 2026-11-22T17:00:00Z, the beginning of that day in Viet Nam, is eight hours before.
        let beginning = Timestamp::beginning_of(&moment.day());
        assert_eq!(beginning, moment.plus_seconds(-8 * 3_600));
        for bad in ["2026-11-23", "23/11/2026 08:00", "2026-11-23T08:00:00"] {
            assert!(Timestamp::parse(bad).is_err(), "{bad}");
        }
    }
}
