//! `organisation usage|quota`.

use std::path::Path;

use serde_json::{Value, json};

use super::super::args::OrganisationCommand;
use super::super::connection::Connection;
use super::super::output::print;
use super::super::{Failure, settings};
use crate::interfaces::messages::Language;

/// Carries out a command about bodies on the archive that runs, or on the folder alone.
///
/// # Errors
/// The archive refuses or cannot be opened.
pub(crate) fn run(
    file: Option<&Path>,
    command: OrganisationCommand,
    language: Language,
) -> Result<(), Failure> {
    let open = |folder| Connection::open(settings::for_folder(file, folder)?, language);
    match command {
        OrganisationCommand::Usage { slug, folder } => {
            let path = format!("{}/usage", path_of(&slug));
            print(&line(&open(&folder)?.json("GET", &path, &Value::Null)?));
        }
        OrganisationCommand::Quota {
            slug,
            works,
            bytes,
            requests_per_minute,
            default,
            folder,
        } => {
            let path = format!("{}/quota", path_of(&slug));
            let (method, quota) = if default {
                ("DELETE", Value::Null)
            } else {
                let quota = json!({
                    "works": works, "bytes": bytes, "requests_per_minute": requests_per_minute,
                });
                ("PUT", quota)
            };
            print(&line(&open(&folder)?.json(method, &path, &quota)?));
        }
    }
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
