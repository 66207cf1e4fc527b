//! The `Range` header (RFC 9110, section 14): which bytes of a file are requested.
//!
//! The typed header of the framework (`actix_web::http::header::Range`) is not used: it skips malformed
//! ranges of a list where the standard ignores the whole header, accepts `5-4`, and does not know `BYTES`
//! or numbers beyond 64 bits.

use std::ops::Range;

/// A longer header is ignored.
const MAX_FIELD_BYTES: usize = 4 * 1024;
/// With more parts than this the whole file is sent.
const MAX_PARTS: usize = 16;
/// Ranges nearer than this are sent as one: the lines between two parts would be longer.
const MIN_GAP_BYTES: u64 = 128;

/// The bytes to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// All bytes: no range was requested, or none that is valid.
    Whole,
    /// These parts, at least one; none is empty and no two overlap.
    Parts(Vec<Range<u64>>),
    /// All requested ranges are beyond the end.
    Unsatisfiable,
}

/// What a `Range` header selects of a file of `size` bytes. Unknown units and malformed headers are
/// ignored, as the standard requires; overlapping and near ranges are sent as one.
pub fn select(field: &str, size: u64) -> Selection {
    if field.len() > MAX_FIELD_BYTES {
        return Selection::Whole;
    }
    let Some(specs) = parse(field) else {
        return Selection::Whole;
    };
    let suffix_of_nothing = size == 0 && specs.iter().any(|spec| matches!(spec, Spec::Last(1..)));
    if suffix_of_nothing {
        return Selection::Whole;
    }
    let satisfiable = specs.iter().filter_map(|spec| spec.within(size)).collect();
    let parts = join_near(satisfiable);
    match parts.len() {
        0 => Selection::Unsatisfiable,
        1..=MAX_PARTS => Selection::Parts(parts),
        _ => Selection::Whole,
    }
}

/// One requested range, without regard to the file.
#[derive(Debug, Clone, Copy)]
enum Spec {
    /// From a position to one inclusive, or to the end.
    From(u64, Option<u64>),
    /// The last so many bytes.
    Last(u64),
}

impl Spec {
    fn parse(text: &str) -> Option<Self> {
        let (first, last) = text.split_once('-')?;
        let (first, last) = (first.trim_end(), last.trim_start());
        match (first, last) {
            ("", last) => Some(Self::Last(number(last)?)),
            (first, "") => Some(Self::From(number(first)?, None)),
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                (first <= last).then_some(Self::From(first, Some(last)))
            }
        }
    }

    /// The bytes this means in a file of `size` bytes; none if they do not exist.
    fn within(self, size: u64) -> Option<Range<u64>> {
        let range = match self {
            Self::From(first, None) => first..size,
            Self::From(first, Some(last)) => first..last.saturating_add(1).min(size),
            Self::Last(count) => size.saturating_sub(count)..size,
        };
        (range.start < range.end).then_some(range)
    }
}

fn parse(field: &str) -> Option<Vec<Spec>> {
    let (unit, ranges) = field.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let named = ranges.split(',').map(str::trim).filter(|r| !r.is_empty());
    let specs = named.map(Spec::parse).collect::<Option<Vec<_>>>()?;
    (!specs.is_empty()).then_some(specs)
}

/// Digits only; a number beyond 64 bits is beyond the end of every file.
fn number(digits: &str) -> Option<u64> {
    let all_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    all_digits.then(|| digits.parse().unwrap_or(u64::MAX))
}

/// Keeps the requested order, unless ranges overlap or nearly touch: then they are sorted and joined.
fn join_near(ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    let mut ordered = ranges.clone();
    ordered.sort_unstable_by_key(|range| range.start);
    let mut joined: Vec<Range<u64>> = Vec::with_capacity(ordered.len());
    for range in ordered {
        match joined.last_mut() {
            Some(last) if range.start < last.end.saturating_add(MIN_GAP_BYTES) => {
                last.end = last.end.max(range.end);
            }
            _ => joined.push(range),
        }
    }
    if joined.len() == ranges.len() {
        ranges
    } else {
        joined
    }
}

#[cfg(test)]
mod tests {
    use super::{Selection, select};

    /// Half-open ranges of the parts.
    fn parts(ranges: &[(u64, u64)]) -> Selection {
        Selection::Parts(ranges.iter().map(|&(start, end)| start..end).collect())
    }

    /// The examples of RFC 9110, section 14.1.2, for a representation of 10,000 bytes.
    #[test]
    fn the_examples_of_the_standard() {
        for (field, expected) in [
            ("bytes=0-499", parts(&[(0, 500)])),
            ("bytes=500-999", parts(&[(500, 1000)])),
            ("bytes=-500", parts(&[(9500, 10_000)])),
            ("bytes=9500-", parts(&[(9500, 10_000)])),
            ("bytes=0-0,-1", parts(&[(0, 1), (9999, 10_000)])),
            (
                "bytes= 0-999, 4500-5499, -1000",
                parts(&[(0, 1000), (4500, 5500), (9000, 10_000)]),
            ),
            // The standard's two spellings of the second 500 bytes: both touch or overlap.
            ("bytes=500-600,601-999", parts(&[(500, 1000)])),
            ("bytes=500-700,601-999", parts(&[(500, 1000)])),
        ] {
            assert_eq!(select(field, 10_000), expected, "{field}");
        }
    }

    #[test]
    fn invalid_headers_are_ignored() {
        for field in [
            "",
            "bytes",
            "bytes=",
            "bytes=,",
            "items=0-1",
            "bytes=a-b",
            "bytes=5-4",
            "bytes=1",
            "bytes=--5",
            "bytes=0-1,x",
            "bytes=+1-2",
            "bytes=0x1-2",
        ] {
            assert_eq!(select(field, 10), Selection::Whole, "{field}");
        }
        let long = format!("bytes={}", "0-0,".repeat(2000));
        assert_eq!(select(&long, 10), Selection::Whole);
    }

    #[test]
    fn only_bytes_that_do_not_exist_are_unsatisfiable() {
        for (field, size, expected) in [
            ("bytes=10-", 10, Selection::Unsatisfiable),
            ("bytes=10-12,11-", 10, Selection::Unsatisfiable),
            ("bytes=-0", 10, Selection::Unsatisfiable),
            (
                "bytes=99999999999999999999999-",
                10,
                Selection::Unsatisfiable,
            ),
            ("bytes=0-", 0, Selection::Unsatisfiable),
            ("bytes=-5", 0, Selection::Whole),
            ("bytes=10-,3-4", 10, parts(&[(3, 5)])),
            ("bytes=-20", 10, parts(&[(0, 10)])),
            ("bytes=8-99999999999999999999999", 10, parts(&[(8, 10)])),
            ("BYTES=0-0", 10, parts(&[(0, 1)])),
        ] {
            assert_eq!(select(field, size), expected, "{field} of {size}");
        }
    }

    #[test]
    fn many_tiny_or_overlapping_ranges_do_not_make_a_long_answer() {
        let every = |step: u64, count: u64| {
            let specs = (0..count).map(|i| format!("{0}-{0}", i * step));
            format!("bytes={}", specs.collect::<Vec<_>>().join(","))
        };
        assert_eq!(select(&every(2, 300), 10_000), parts(&[(0, 599)]));
        assert_eq!(select(&every(1000, 17), 100_000), Selection::Whole);
        let again = format!("bytes={}", vec!["0-"; 300].join(","));
        assert_eq!(select(&again, 10_000), parts(&[(0, 10_000)]));
        // Ranges that are far apart keep the requested order.
        assert_eq!(
            select("bytes=5000-5001,0-1", 10_000),
            parts(&[(5000, 5002), (0, 2)])
        );
    }
}
