//! `token create|rotate|list|revoke`.

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
            scopes,
            folder,
        } => {
            let mut wanted = json!({
                "role": role, "organisation": organisation, "label": label, "expires_at": expires,
            });
            if !scopes.is_empty() {
                wanted["scopes"] = scopes.into();
            }
            let connection = open(&folder)?;
            let (id, secret) = create(&connection, wanted)?;
            announce(language);
            if let Err(error) = try_print(&secret) {
                // Nobody has seen it.
                revoke(&connection, &id)?;
                return Err(Failure::io("stdout", error));
            }
        }
        TokenCommand::Rotate {
            id,
            overlap,
            folder,
        } => {
            let path = format!("{}/rotation", path_of(&id));
            let wanted = json!({ "overlap_hours": overlap });
            let made = open(&folder)?.json("POST", &path, &wanted)?;
            announce(language);
            print(made["secret"].as_str().unwrap_or_default());
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

fn announce(language: Language) {
    eprintln!(
        "{}",
        language.pick(
            "Mã truy cập chỉ hiện một lần này; hãy giữ kín:",
            "The token is shown this once; keep it safe:",
        )
    );
}

fn revoke(connection: &Connection, id: &str) -> Result<(), Failure> {
    connection
        .json("DELETE", &path_of(id), &Value::Null)
        .map(drop)
}

fn path_of(id: &str) -> String {
    let id = percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC);
    format!("/api/v1/tokens/{id}")
}

/// One token as tab-separated columns: id, role, organisation, made, ends, label, account, permissions, last day of use,
/// end of the former secret.
fn line(token: &Value) -> String {
    let column = |name: &str| token[name].as_str().unwrap_or("-").to_owned();
    let ended = token["revoked_at"]
        .as_str()
        .map(|at| format!("revoked {at}"));
    let ends = ended.unwrap_or_else(|| column("expires_at"));
    let scopes = token["scopes"].as_array().map_or_else(
        || "-".to_owned(),
        |scopes| {
            let names = scopes.iter().filter_map(Value::as_str);
            names.collect::<Vec<_>>().join(",")
        },
    );
    [
        column("id"),
        column("role"),
        column("organisation"),
        column("created_at"),
        ends,
        column("label"),
        column("account"),
        scopes,
        column("last_used_on"),
        column("former_secret_until"),
    ]
    .join("\t")
}
