//! Black-box tests, one file per behaviour.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod architecture;
mod jobs;
mod media_jobs;
mod probe;
mod render;
mod stored_records;
mod vocabularies;
mod vocabularies_http;
