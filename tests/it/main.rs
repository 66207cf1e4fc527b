//! Black-box tests, one file per behaviour.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod architecture;
mod archive;
mod change_feed;
mod embargo;
mod file_access;
mod idempotency;
mod import;
mod intake;
mod jobs;
mod media_jobs;
mod probe;
mod publication_gates;
mod range_download;
mod render;
mod stored_records;
mod support;
mod tokens;
mod upload_limits;
mod vocabularies;
mod vocabularies_http;
mod wire;
