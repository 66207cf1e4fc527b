//! Spans of days during which a name, a code or a membership held.

use crate::domain::WorkDate;

/// From the first day of `from` to the last day of `to`, both included; an absent end is open or
/// unknown. Ends may be as coarse as a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Period {
    /// When it began.
    pub from: Option<WorkDate>,
    /// When it ended.
    pub to: Option<WorkDate>,
}

impl Period {
    /// Open at both ends.
    pub const ALWAYS: Self = Self {
        from: None,
        to: None,
    };

    /// Whether some day of `date` lies in the period. A coarse date (`2025`) is in if any of its
    /// days is.
    pub fn covers(&self, date: &WorkDate) -> bool {
        date.last_day() >= self.first_day() && date.first_day() <= self.last_day()
    }

    /// Whether two periods share a day.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.first_day() <= other.last_day() && other.first_day() <= self.last_day()
    }

    /// Whether it certainly ends before it begins.
    pub fn is_backwards(&self) -> bool {
        self.first_day() > self.last_day()
    }

    fn first_day(&self) -> i32 {
        self.from.map_or(i32::MIN, |date| date.first_day())
    }

    fn last_day(&self) -> i32 {
        self.to.map_or(i32::MAX, |date| date.last_day())
    }
}

/// A value that held during a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated<T> {
    /// What held.
    pub value: T,
    /// When it held.
    pub period: Period,
}

impl<T> Dated<T> {
    /// A value without known limits in time.
    pub const fn always(value: T) -> Self {
        Self {
            value,
            period: Period::ALWAYS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Period;

    fn period(from: &str, to: &str) -> Period {
        Period {
            from: from.parse().ok(),
            to: to.parse().ok(),
        }
    }

    #[test]
    fn both_ends_belong_to_a_period() {
        let old = period("", "2025-06-30");
        for (date, inside) in [
            ("2025-06-30", true),
            ("2025-07-01", false),
            ("2025-07", false),
            ("2025-06", true),
            ("2025", true),
            ("2026", false),
            ("2024/2026", true),
        ] {
            assert_eq!(old.covers(&date.parse().unwrap()), inside, "{date}");
        }
        assert!(Period::ALWAYS.covers(&"1000".parse().unwrap()));
    }

    #[test]
    fn overlap_needs_a_common_day() {
        let (old, new) = (period("", "2025-06-30"), period("2025-07-01", ""));
        assert!(!old.overlaps(&new));
        assert!(old.overlaps(&period("2025-06-30", "2025-07-02")));
        assert!(period("2025", "").overlaps(&period("", "2025")));
    }

    #[test]
    fn a_period_cannot_end_before_it_begins() {
        assert!(period("2025-07-01", "2025-06-30").is_backwards());
        assert!(!period("2025", "2025").is_backwards());
        assert!(!Period::ALWAYS.is_backwards());
    }
}
