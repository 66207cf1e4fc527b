//! Working days: Monday to Friday without holidays, and the Saturdays worked instead of a swapped day. Holidays are data.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::domain::{Timestamp, WorkDate};

/// The holidays that are compiled in.
const VIET_NAM: &str = include_str!("../../../schema/calendar/viet-nam.json");

/// Which days are worked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WorkingDays {
    /// As days since 1970-01-01.
    holidays: BTreeSet<i32>,
    /// Worked in spite of the weekend.
    worked: BTreeSet<i32>,
}

/// A calendar that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CalendarError {
    /// It is not of the form of `schema/calendar/viet-nam.json`.
    #[error("the calendar is not of the form of schema/calendar/viet-nam.json: {0}")]
    Malformed(#[from] serde_json::Error),
    /// Not a day.
    #[error("{0:?} is not a day of the form YYYY-MM-DD")]
    NotADay(String),
}

#[derive(Deserialize)]
struct CalendarFile {
    #[serde(default)]
    holidays: Vec<Day>,
    #[serde(default)]
    working_saturdays: Vec<Day>,
}

#[derive(Deserialize)]
struct Day {
    day: String,
}

impl WorkingDays {
    /// Those of Viet Nam, as far as they are compiled in.
    ///
    /// # Errors
    /// None in practice: the file is tested.
    pub fn viet_nam() -> Result<Self, CalendarError> {
        Self::parse(VIET_NAM)
    }

    /// Reads a calendar.
    ///
    /// # Errors
    /// [`CalendarError`]
    pub fn parse(json: &str) -> Result<Self, CalendarError> {
        let file: CalendarFile = serde_json::from_str(json)?;
        Ok(Self {
            holidays: numbers(&file.holidays)?,
            worked: numbers(&file.working_saturdays)?,
        })
    }

    /// These with the days of another calendar, which wins.
    #[must_use]
    pub fn extended_by(mut self, own: Self) -> Self {
        self.worked.retain(|day| !own.holidays.contains(day));
        self.holidays.retain(|day| !own.worked.contains(day));
        self.holidays.extend(own.holidays);
        self.worked.extend(own.worked);
        self
    }

    /// The working days after the day of `from` until the day of `to`, that included.
    pub fn between(&self, from: Timestamp, to: Timestamp) -> u32 {
        let days = (number(from) + 1)..=number(to);
        let worked = days.filter(|day| self.is_worked(*day)).count();
        u32::try_from(worked).unwrap_or(u32::MAX)
    }

    /// The day that is so many working days after the day of `from`.
    pub fn after(&self, from: Timestamp, working_days: u32) -> WorkDate {
        let first = number(from);
        let mut left = working_days;
        let mut day = first;
        while left > 0 {
            day += 1;
            left -= u32::from(self.is_worked(day));
        }
        from.plus_seconds(i64::from(day - first) * 86_400).day()
    }

    fn is_worked(&self, day: i32) -> bool {
        // 1970-01-01 was a Thursday; Monday is 0.
        let is_weekend = (day + 3).rem_euclid(7) > 4;
        self.worked.contains(&day) || (!is_weekend && !self.holidays.contains(&day))
    }
}

fn number(at: Timestamp) -> i32 {
    at.day().first_day()
}

fn numbers(days: &[Day]) -> Result<BTreeSet<i32>, CalendarError> {
    let number = |day: &Day| {
        let date: Option<WorkDate> = day.day.parse().ok();
        let date = date.filter(|date| date.first_day() == date.last_day());
        let date = date.ok_or_else(|| CalendarError::NotADay(day.day.clone()))?;
        Ok(date.first_day())
    };
    days.iter().map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::WorkingDays;
    use crate::domain::Timestamp;

    fn at(day: &str) -> Timestamp {
        Timestamp::parse(&format!("{day}T09:00:00+07:00")).unwrap()
    }

    /// Days of the week by `cal`; holidays by article 112 of the Labour Code.
    #[test]
    fn two_working_days_go_around_weekends_and_holidays() {
        let days = WorkingDays::viet_nam().unwrap();
        for (received, due) in [
            // Monday to Wednesday; Thursday over the weekend to Monday; Saturday to Tuesday.
            ("2026-11-23", "2026-11-25"),
            ("2026-11-26", "2026-11-30"),
            ("2026-11-28", "2026-12-01"),
            // Friday before the Lunar New Year of 2025: the week is off.
            ("2025-01-24", "2025-02-04"),
            // Friday 25 April 2025: Saturday 26 is worked, Monday 28 is the second.
            ("2025-04-25", "2025-04-28"),
            // 29 April 2025: off from 30 April to 4 May.
            ("2025-04-29", "2025-05-06"),
        ] {
            assert_eq!(days.after(at(received), 2).to_string(), due, "{received}");
            assert_eq!(days.between(at(received), at(due)), 2, "{received}");
        }
        assert_eq!(days.between(at("2026-11-23"), at("2026-11-23")), 0);
    }

    #[test]
    fn an_own_calendar_adds_days_and_takes_days_away() {
        let json = r#"{ "holidays": [{ "day": "2026-11-24" }], "working_saturdays": [{ "day": "2025-05-02" }] }"#;
        let own = WorkingDays::parse(json).unwrap();
        let days = WorkingDays::viet_nam().unwrap().extended_by(own);
        assert_eq!(days.after(at("2026-11-23"), 2).to_string(), "2026-11-26");
        assert_eq!(days.between(at("2025-05-01"), at("2025-05-02")), 1);
        for bad in ["{", r#"{ "holidays": [{ "day": "2026" }] }"#] {
            assert!(WorkingDays::parse(bad).is_err(), "{bad}");
        }
    }
}
