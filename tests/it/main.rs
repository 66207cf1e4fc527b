//! Black-box tests, one file per behaviour.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod architecture;
mod auth;
mod cli_help;
mod cli_import;
mod cli_token;
mod concurrency;
mod config;
mod hostile_bodies;
mod imports_http;
mod archive;
mod change_feed;
mod embargo;
mod idempotency;
mod import;
mod intake;
mod jobs;
mod media_jobs;
mod openapi;
mod probe;
mod problems;
mod render;
mod stored_records;
mod support;
mod vocabularies;
mod vocabularies_http;
mod works_http;
mod publication_gates;
mod render;
mod stored_records;
mod tokens;
mod vocabularies;
mod vocabularies_http;
mod wire;
