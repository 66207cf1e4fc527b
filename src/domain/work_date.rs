//! When a work was made, as exactly as is known.
//!
//! The subset of EDTF level 0 (ISO 8601-2) that catalogues need: a year, a month, a day, or a
//! closed interval of two of these. Years run from 1000 to 9999.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

/// The date of a work: `2024`, `2024-05`, `2024-05-12`, `2023/2024-06`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WorkDate {
    from: Part,
    to: Option<Part>,
}

/// The text is not such a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a date of the form YYYY, YYYY-MM, YYYY-MM-DD or A/B: {0:?}")]
pub struct InvalidWorkDate(pub String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Part {
    year: i16,
    month: Option<i8>,
    day: Option<i8>,
}

impl WorkDate {
    /// Exactly this day.
    pub(super) fn of_day(day: Date) -> Self {
        let from = Part {
            year: day.year(),
            month: Some(day.month()),
            day: Some(day.day()),
        };
        Self { from, to: None }
    }

    /// The first day it can mean, as days since 1970-01-01.
    pub fn first_day(&self) -> i32 {
        days_since_epoch(self.from.first())
    }

    /// The last day it can mean, as days since 1970-01-01.
    pub fn last_day(&self) -> i32 {
        days_since_epoch(self.to.unwrap_or(self.from).last())
    }

    /// The first year it can mean.
    pub fn year(&self) -> i16 {
        self.from.year
    }
}

impl Part {
    fn parse(text: &str) -> Option<Self> {
        let digits = |part: &str, len: usize| {
            (part.len() == len && part.bytes().all(|b| b.is_ascii_digit())).then_some(())
        };
        let mut parts = text.split('-');
        let year = parts.next()?;
        digits(year, 4)?;
        let mut two_digits = || {
            parts
                .next()
                .map(|part| digits(part, 2).and_then(|()| part.parse::<i8>().ok()))
        };
        let (month, day) = (two_digits(), two_digits());
        if parts.next().is_some() || month == Some(None) || day == Some(None) {
            return None;
        }
        let part = Self {
            year: year.parse().ok()?,
            month: month.flatten(),
            day: day.flatten(),
        };
        let exists = Date::new(part.year, part.month.unwrap_or(1), part.day.unwrap_or(1)).is_ok();
        (exists && part.year >= 1000).then_some(part)
    }

    fn first(self) -> Date {
        civil(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1))
    }

    fn last(self) -> Date {
        let month = civil(self.year, self.month.unwrap_or(12), 1);
        self.day.map_or_else(
            || month.last_of_month(),
            |day| civil(self.year, month.month(), day),
        )
    }
}

#[expect(
    clippy::expect_used,
    reason = "`Part::parse` only lets existing dates through"
)]
fn civil(year: i16, month: i8, day: i8) -> Date {
    Date::new(year, month, day).expect("a parsed part is an existing date")
}

fn days_since_epoch(date: Date) -> i32 {
    (date - civil(1970, 1, 1)).get_days()
}

impl FromStr for WorkDate {
    type Err = InvalidWorkDate;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidWorkDate(text.to_owned());
        let (from, to) = match text.split_once('/') {
            Some((from, to)) => (from, Some(Part::parse(to).ok_or_else(invalid)?)),
            None => (text, None),
        };
        let date = Self {
            from: Part::parse(from).ok_or_else(invalid)?,
            to,
        };
        if date.first_day() <= date.last_day() {
            Ok(date)
        } else {
            Err(invalid())
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        self.month
            .map_or(Ok(()), |month| write!(f, "-{month:02}"))?;
        self.day.map_or(Ok(()), |day| write!(f, "-{day:02}"))
    }
}

impl fmt::Display for WorkDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.from.fmt(f)?;
        self.to.map_or(Ok(()), |to| write!(f, "/{to}"))
    }
}

#[cfg(test)]
mod tests {
    use super::WorkDate;

    /// Days computed with GNU date: `echo $(($(date -ud DAY +%s)/86400))`.
    #[test]
    fn covers_the_days_it_can_mean() {
        for (text, first, last) in [
            ("2024", 19723, 20088),
            ("2024-02", 19754, 19782),
            ("2024-05-12", 19855, 19855),
            ("2023/2024-06", 19358, 19904),
            ("1969-12-31", -1, -1),
        ] {
            let date: WorkDate = text.parse().unwrap();
            assert_eq!((date.first_day(), date.last_day()), (first, last), "{text}");
            assert_eq!(date.to_string(), text);
        }
    }

    #[test]
    fn refuses_what_is_no_date() {
        for bad in [
            "",
            "24",
            "2024-13",
            "2023-02-29",
            "2024-5-1",
            "12/5/2024",
            "2024-06/2023",
            "2024-",
            "2024-01-01-01",
            "2024/",
            "+024",
            "0999",
        ] {
            assert!(bad.parse::<WorkDate>().is_err(), "{bad}");
        }
    }
}
