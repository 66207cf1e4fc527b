//! Works on their way to the public: submitted, returned with reasons, waiting for a second approval. Imports cannot
//! bring works there, so the steps are taken one by one.

use serde_json::{Value, json};

use crate::interfaces::cli::Failure;
use crate::interfaces::cli::connection::Connection;

/// The works with the steps of each.
const QUEUE: &[u8] = include_bytes!("../../../../schema/sample/queue.json");

/// Creates the works and takes their steps. What an earlier filling has begun is not begun again.
///
/// # Errors
/// The archive refuses a step.
pub(super) fn fill(connection: &Connection) -> Result<(), Failure> {
    let queue: Vec<Value> = serde_json::from_slice(QUEUE).map_err(Failure::inside)?;
    for (number, entry) in queue.iter().enumerate() {
        let key = format!("demo-queue-{number}");
        let headers = [("idempotency-key", key.as_str()), JSON];
        let work = entry["work"].to_string();
        let mut record = connection
            .call("POST", "/api/v1/assets", &headers, work.as_bytes())?
            .into_success()?;
        if record["state"] != "draft" {
            continue;
        }
        for step in entry["steps"].as_array().into_iter().flatten() {
            record = take(connection, &record, step)?;
        }
    }
    Ok(())
}

const JSON: (&str, &str) = ("content-type", "application/json");

/// The work after a step.
fn take(connection: &Connection, record: &Value, step: &Value) -> Result<Value, Failure> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let path = format!(
        "/api/v1/assets/{}/{}",
        text(&record["id"]),
        text(&step["step"])
    );
    let expected = format!("\"{}\"", record["revision"]);
    let body = step.get("body").cloned().unwrap_or_else(|| json!({}));
    let headers = [("if-match", expected.as_str()), JSON];
    connection
        .call("PUT", &path, &headers, body.to_string().as_bytes())?
        .into_success()
}
