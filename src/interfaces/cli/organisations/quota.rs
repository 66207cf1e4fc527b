//! `organisation usage|quota`.

use serde_json::{Value, json};

use super::super::Failure;
use super::super::connection::Connection;
use super::super::output::print;

/// A quota, as typed; none: the default.
pub(super) struct Wanted {
    pub(super) works: Option<u64>,
    pub(super) bytes: Option<u64>,
    pub(super) requests_per_minute: Option<u64>,
}

/// Prints what a body uses and may use.
///
/// # Errors
/// The archive refuses.
pub(super) fn usage(connection: &Connection, slug: &str) -> Result<(), Failure> {
    let path = format!("{}/usage", path_of(slug));
    print(&line(&connection.json("GET", &path, &Value::Null)?));
    Ok(())
}

/// Sets what a body may use, and prints it.
///
/// # Errors
/// The archive refuses.
pub(super) fn set(
    connection: &Connection,
    slug: &str,
    wanted: Option<&Wanted>,
) -> Result<(), Failure> {
    let path = format!("{}/quota", path_of(slug));
    let (method, quota) = match wanted {
        None => ("DELETE", Value::Null),
        Some(wanted) => {
            let quota = json!({
                "works": wanted.works, "bytes": wanted.bytes,
                "requests_per_minute": wanted.requests_per_minute,
            });
            ("PUT", quota)
        }
    };
    print(&line(&connection.json(method, &path, &quota)?));
    Ok(())
}

fn path_of(slug: &str) -> String {
    let slug = percent_encoding::utf8_percent_encode(slug, percent_encoding::NON_ALPHANUMERIC);
    format!("/api/v1/organisations/{slug}")
}

/// Usage as tab-separated columns: body, own or default quota, works, bytes, requests in a minute.
fn line(usage: &Value) -> String {
    let number = |value: &Value| {
        value
            .as_u64()
            .map_or_else(|| "-".to_owned(), |n| n.to_string())
    };
    let part = |name: &str| {
        let part = &usage[name];
        format!("{}/{}", number(&part["used"]), number(&part["limit"]))
    };
    let kind = if usage["is_own_quota"] == true {
        "own"
    } else {
        "default"
    };
    [
        usage["organisation"].as_str().unwrap_or("-").to_owned(),
        kind.to_owned(),
        part("works"),
        part("bytes"),
        number(&usage["requests_per_minute"]),
    ]
    .join("\t")
}
