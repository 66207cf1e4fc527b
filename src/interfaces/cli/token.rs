//! `token create|list|revoke`.

use std::path::Path;

use serde_json::{Value, json};

use super::args::TokenCommand;
use super::connection::Connection;
use super::output::{print, try_print};
use super::{Failure, settings};
use crate::interfaces::messages::Language;

/// Carries out a token command on the archive that runs, or on the folder alone.
///
/// # Errors
/// The archive refuses or cannot be opened.
pub(crate) fn run(
    file: Option<&Path>,
    command: TokenCommand,
    language: Language,
) -> Result<(), Failure> {
    let open = |folder| Connection::open(settings::for_folder(file, folder)?, language);
    match command {
        TokenCommand::Create {
            role,
            organisation,
            label,
            expires,
            folder,
        } => {
            let wanted = json!({
                "role": role, "organisation": organisation, "label": label, "expires_at": expires,
            });
            let connection = open(&folder)?;
            let (id, secret) = create(&connection, wanted)?;
            eprintln!(
                "{}",
                language.pick(
                    "Mã truy cập chỉ hiện một lần này; hãy giữ kín:",
                    "The token is shown this once; keep it safe:",
                )
            );
            if let Err(error) = try_print(&secret) {
                // Nobody has seen it.
                revoke(&connection, &id)?;
                return Err(Failure::io("stdout", error));
            }
        }
        TokenCommand::List(folder) => {
            let tokens = open(&folder)?.json("GET", "/api/v1/tokens", &Value::Null)?;
            for token in tokens["items"].as_array().into_iter().flatten() {
                print(&line(token));
            }
        }
        TokenCommand::Revoke { id, folder } => {
            revoke(&open(&folder)?, &id)?;
        }
    }
    Ok(())
}

/// Makes a token and returns its id and its secret.
///
/// # Errors
/// The archive refuses.
pub(crate) fn create(
    connection: &Connection,
    mut wanted: Value,
) -> Result<(String, String), Failure> {
    if let Some(properties) = wanted.as_object_mut() {
        properties.retain(|_, value| !value.is_null());
    }
    let made = connection.json("POST", "/api/v1/tokens", &wanted)?;
    let part = |name: &str| made[name].as_str().map(str::to_owned);
    part("id")
        .zip(part("secret"))
        .ok_or_else(|| Failure::inside("the archive made a token but did not show it"))
}

fn revoke(connection: &Connection, id: &str) -> Result<(), Failure> {
    let id = percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC);
    let path = format!("/api/v1/tokens/{id}");
    connection.json("DELETE", &path, &Value::Null).map(drop)
}

/// One token as tab-separated columns: id, role, organisation, made, ends, label.
fn line(token: &Value) -> String {
    let column = |name: &str| token[name].as_str().unwrap_or("-").to_owned();
    let ended = token["revoked_at"]
        .as_str()
        .map(|at| format!("revoked {at}"));
    let ends = ended.unwrap_or_else(|| column("expires_at"));
    [
        column("id"),
        column("role"),
        column("organisation"),
        column("created_at"),
        ends,
        column("label"),
    ]
    .join("\t")
}
