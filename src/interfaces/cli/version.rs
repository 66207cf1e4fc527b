//! Which version this is: number, commit and date of its sources, as `build.rs` found them.

use crate::domain::Timestamp;

/// The number of the version, `0.1.0`.
const NUMBER: &str = env!("CARGO_PKG_VERSION");

/// The commit of the sources; empty when it was built without git.
const COMMIT: &str = env!("KHOCHUNG_COMMIT");

/// When the sources were committed, in seconds since 1970; empty when that is unknown.
const SOURCE_EPOCH: &str = env!("KHOCHUNG_SOURCE_EPOCH");

/// `0.1.0 (2f4c0de91b3a 2026-11-30)`.
pub(crate) fn short() -> String {
    let commit = if COMMIT.is_empty() { "unknown" } else { COMMIT };
    let date = source_date().map_or_else(|| "unknown".to_owned(), day);
    format!("{NUMBER} ({commit} {date})")
}

/// When the sources were committed.
pub(crate) fn source_date() -> Option<Timestamp> {
    let seconds: i64 = SOURCE_EPOCH.parse().ok()?;
    Some(Timestamp::from_millis(seconds.checked_mul(1000)?))
}

/// The day of a moment in Viet Nam, as all dates the archive shows.
fn day(moment: Timestamp) -> String {
    let text = moment.to_string();
    text.split('T').next().unwrap_or(&text).to_owned()
}
