//! Black-box tests, one file per behaviour.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod architecture;
mod archive;
mod auth;
mod change_feed;
mod cli_help;
mod cli_import;
mod cli_token;
mod concurrency;
mod config;
mod embargo;
mod embargo_job;
mod file_access;
mod hostile_bodies;
mod idempotency;
mod import;
mod imports_http;
mod intake;
mod jobs;
mod kill;
mod media_jobs;
mod openapi;
mod probe;
mod problems;
mod publication_gates;
mod range_download;
mod render;
mod search;
mod stored_records;
mod support;
mod tokens;
mod upload_limits;
mod vocabularies;
mod vocabularies_http;
mod wire;
mod works_http;
