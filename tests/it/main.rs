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
