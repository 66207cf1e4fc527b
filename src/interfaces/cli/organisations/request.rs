//! `request list|review|grant|refuse|link`.

use std::path::Path;

use serde_json::{Value, json};

use super::super::args::RequestCommand;
use super::super::connection::Connection;
use super::super::output::print;
use super::super::{Failure, settings};
use crate::interfaces::messages::Language;

const PATH: &str = "/api/v1/access-requests";

/// Carries out a command about requests for access on the archive that runs, or on the folder alone.
///
/// # Errors
/// The archive refuses or cannot be opened.
pub(in crate::interfaces::cli) fn run(
    file: Option<&Path>,
    command: RequestCommand,
    language: Language,
) -> Result<(), Failure> {
    let open = |folder| Connection::open(settings::for_folder(file, folder)?, language);
    match command {
        RequestCommand::List(folder) => {
            let all = open(&folder)?.json("GET", PATH, &Value::Null)?;
            for request in all["items"].as_array().into_iter().flatten() {
                print(&line(request));
            }
        }
        RequestCommand::Review { id, folder } => {
            let path = format!("{}/review", path_of(&id));
            print(&line(&open(&folder)?.json("PUT", &path, &Value::Null)?));
        }
        RequestCommand::Grant {
            id,
            organisation,
            scopes,
            expires,
            folder,
        } => {
            let mut grant = json!({
                "decision": "granted", "organisation": organisation, "expires_at": expires,
            });
            if !scopes.is_empty() {
                grant["scopes"] = scopes.into();
            }
            show(&decide(&open(&folder)?, &id, &grant)?, language);
        }
        RequestCommand::Refuse { id, reason, folder } => {
            let refusal = json!({ "decision": "refused", "reason": reason });
            print(&line(&decide(&open(&folder)?, &id, &refusal)?["request"]));
        }
        RequestCommand::Link { id, folder } => {
            let path = format!("{}/link", path_of(&id));
            show(&open(&folder)?.json("POST", &path, &Value::Null)?, language);
        }
    }
    Ok(())
}

fn decide(connection: &Connection, id: &str, decision: &Value) -> Result<Value, Failure> {
    connection.json("PUT", &format!("{}/decision", path_of(id)), decision)
}

fn show(decided: &Value, language: Language) {
    eprintln!(
        "{}",
        language.pick(
            "Trao liên kết một lần này cho cơ quan đã yêu cầu; liên kết dùng được trong ba ngày:",
            "Hand this one-time link over to the office that asked; it is valid for three days:",
        )
    );
    print(decided["link"].as_str().unwrap_or_default());
}

fn path_of(id: &str) -> String {
    let id = percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC);
    format!("{PATH}/{id}")
}

/// A request as tab-separated columns: id, state, working days, last day, overdue, role, body, contact.
fn line(request: &Value) -> String {
    let text = |name: &str| request[name].as_str().unwrap_or("-").to_owned();
    let overdue = if request["is_overdue"] == true {
        "overdue"
    } else {
        "-"
    };
    [
        text("id"),
        text("state"),
        request["working_days"].to_string(),
        text("due_on"),
        overdue.to_owned(),
        text("role"),
        text("body"),
        text("contact"),
    ]
    .join("\t")
}
