//! `organisation succeed|successions|cancel`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::super::Failure;
use super::super::connection::Connection;
use super::super::output::print;

const PATH: &str = "/api/v1/successions";

/// A succession to plan, as typed.
pub(super) struct Wanted {
    pub(super) from: Vec<String>,
    pub(super) to: String,
    pub(super) parts: Option<PathBuf>,
    pub(super) on: String,
    pub(super) reason: Option<String>,
    pub(super) dry_run: bool,
}

/// Plans a succession, or prints what it would do.
///
/// # Errors
/// The archive refuses.
pub(super) fn plan(connection: &Connection, wanted: &Wanted) -> Result<(), Failure> {
    let parts = wanted.parts.as_deref().map(read_parts).transpose()?;
    let body = json!({
        "from": wanted.from, "to": wanted.to, "parts": parts, "on": wanted.on,
        "reason": wanted.reason, "dry_run": wanted.dry_run,
    });
    let answer = connection.json("POST", PATH, &body)?;
    if !wanted.dry_run {
        print(&line(&answer));
        return Ok(());
    }
    print(&counts(&answer["would_pass"]));
    for part in answer["parts"].as_array().into_iter().flatten() {
        let to = part["to"].as_str().unwrap_or("-");
        print(&format!("{to}\t{}", counts(&part["would_pass"])));
    }
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

/// Prints the works that a succession has passed on, as tab-separated columns: id, successor, title.
///
/// # Errors
/// The archive refuses.
pub(super) fn passed_works(connection: &Connection, id: &str) -> Result<(), Failure> {
    let mut after = String::new();
    loop {
        let path = format!("{}/works?limit=200{after}", path_of(id));
        let page = connection.json("GET", &path, &Value::Null)?;
        for work in page["items"].as_array().into_iter().flatten() {
            let text = |name: &str| work[name].as_str().unwrap_or("-");
            let titles = work["titles"].as_object();
            let title =
                titles.and_then(|titles| titles.get("vi").or_else(|| titles.values().next()));
            let title = title.and_then(Value::as_str).unwrap_or("-");
            print(&[text("id"), text("to"), title].join("\t"));
        }
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return Ok(()),
        }
    }
}

/// Cancels a succession.
///
/// # Errors
/// The archive refuses.
pub(super) fn cancel(connection: &Connection, id: &str) -> Result<(), Failure> {
    connection
        .json("DELETE", &path_of(id), &Value::Null)
        .map(drop)
}

fn path_of(id: &str) -> String {
    let id = percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC);
    format!("{PATH}/{id}")
}

fn read_parts(file: &Path) -> Result<Value, Failure> {
    let what = || file.display().to_string();
    let text = fs::read(file).map_err(|error| Failure::Io {
        what: what(),
        error,
    })?;
    serde_json::from_slice(&text).map_err(|error| Failure::Io {
        what: what(),
        error: error.into(),
    })
}

/// One succession as tab-separated columns: id, bodies, successors, day, state, works, accounts, tokens, searches.
fn line(succession: &Value) -> String {
    let text = |name: &str| succession[name].as_str().unwrap_or("-").to_owned();
    let from = succession["from"].as_array().into_iter().flatten();
    let from: Vec<&str> = from.filter_map(Value::as_str).collect();
    [
        text("id"),
        from.join(","),
        successors(succession),
        text("on"),
        text("state"),
        counts(&succession["passed"]),
    ]
    .join("\t")
}

/// The main one, then those of the parts.
fn successors(succession: &Value) -> String {
    let parts = succession["parts"].as_array().into_iter().flatten();
    let all = std::iter::once(succession).chain(parts);
    let names: Vec<&str> = all.filter_map(|one| one["to"].as_str()).collect();
    names.join(",")
}

fn counts(counts: &Value) -> String {
    let names = ["works", "accounts", "tokens", "saved_searches"];
    let numbers = names.map(|name| counts[name].as_u64().unwrap_or(0).to_string());
    numbers.join("\t")
}
