//! `organisation succeed|successions|cancel`.

use serde_json::{Value, json};

use super::super::Failure;
use super::super::connection::Connection;
use super::super::output::print;

const PATH: &str = "/api/v1/successions";

/// A succession to plan, as typed.
pub(super) struct Wanted {
    pub(super) from: Vec<String>,
    pub(super) to: String,
    pub(super) on: String,
    pub(super) reason: Option<String>,
    pub(super) dry_run: bool,
}

/// Plans a succession, or prints what it would do.
///
/// # Errors
/// The archive refuses.
pub(super) fn plan(connection: &Connection, wanted: &Wanted) -> Result<(), Failure> {
    let body = json!({
        "from": wanted.from, "to": wanted.to, "on": wanted.on, "reason": wanted.reason,
        "dry_run": wanted.dry_run,
    });
    let answer = connection.json("POST", PATH, &body)?;
    if !wanted.dry_run {
        print(&line(&answer));
        return Ok(());
    }
    print(&counts(&answer["would_pass"]));
    for refusal in answer["refusals"].as_array().into_iter().flatten() {
        let part = |name: &str| refusal[name].as_str().unwrap_or_default().to_owned();
        print(&[part("pointer"), part("rule"), part("detail")].join("\t"));
    }
    Ok(())
}

/// Prints all successions.
///
/// # Errors
/// The archive refuses.
pub(super) fn list(connection: &Connection) -> Result<(), Failure> {
    let all = connection.json("GET", PATH, &Value::Null)?;
    for succession in all["items"].as_array().into_iter().flatten() {
        print(&line(succession));
    }
    Ok(())
}

/// Cancels a succession.
///
/// # Errors
/// The archive refuses.
pub(super) fn cancel(connection: &Connection, id: &str) -> Result<(), Failure> {
    let id = percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC);
    let path = format!("{PATH}/{id}");
    connection.json("DELETE", &path, &Value::Null).map(drop)
}

/// One succession as tab-separated columns: id, bodies, successor, day, state, works, accounts, tokens, searches.
fn line(succession: &Value) -> String {
    let text = |name: &str| succession[name].as_str().unwrap_or("-").to_owned();
    let from = succession["from"].as_array().into_iter().flatten();
    let from: Vec<&str> = from.filter_map(Value::as_str).collect();
    [
        text("id"),
        from.join(","),
        text("to"),
        text("on"),
        text("state"),
        counts(&succession["passed"]),
    ]
    .join("\t")
}

fn counts(counts: &Value) -> String {
    let names = ["works", "accounts", "tokens", "saved_searches"];
    let numbers = names.map(|name| counts[name].as_u64().unwrap_or(0).to_string());
    numbers.join("\t")
}
