//! `account invite|accept|list|reset|close|change|roles`.

use std::io::{BufRead as _, IsTerminal as _};
use std::path::Path;

use serde_json::{Map, Value, json};

use super::args::AccountCommand;
use super::connection::Connection;
use super::output::print;
use super::serving::Serving;
use super::{Failure, settings};
use crate::domain::access::Role;
use crate::interfaces::messages::{Language, roles};

/// The login name of the first administrator.
const FIRST_LOGIN: &str = "quan-tri";

/// Carries out an account command on the archive that runs, or on the folder alone.
///
/// # Errors
/// The archive refuses or cannot be opened.
pub(crate) fn run(
    file: Option<&Path>,
    command: AccountCommand,
    language: Language,
) -> Result<(), Failure> {
    let open = |folder| Connection::open(settings::for_folder(file, folder)?, language);
    match command {
        AccountCommand::Invite {
            login,
            role,
            organisation,
            display,
            folder,
        } => {
            let wanted = json!({
                "login": login, "role": role, "organisation": organisation, "display": display,
            });
            let link = invite(&open(&folder)?, wanted)?;
            show(&link, language);
        }
        AccountCommand::Accept { link, folder } => {
            let connection = open(&folder)?;
            let password = read_password(language)?;
            let body = json!({ "link": link, "password": password });
            let account = connection.json("POST", "/api/v1/account-links", &body)?;
            print(&line(&account));
        }
        AccountCommand::List(folder) => {
            for account in accounts(&open(&folder)?)? {
                print(&line(&account));
            }
        }
        AccountCommand::Reset { account, folder } => {
            let connection = open(&folder)?;
            let path = format!("{}/reset", find(&connection, &account)?);
            let made = connection.json("POST", &path, &Value::Null)?;
            show(&text(&made, "link"), language);
        }
        AccountCommand::Close { account, folder } => {
            let connection = open(&folder)?;
            let path = format!("{}/close", find(&connection, &account)?);
            print(&line(&connection.json("POST", &path, &Value::Null)?));
        }
        AccountCommand::Change {
            account,
            role,
            organisation,
            folder,
        } => {
            let connection = open(&folder)?;
            let path = find(&connection, &account)?;
            print(&line(&change(&connection, &path, role, organisation)?));
        }
        AccountCommand::Roles => {
            for (name, role) in Role::NAMES {
                print(&format!("{name}\t{}", roles::sentence(role, language)));
            }
        }
    }
    Ok(())
}

/// Creates an account and returns the one-time link for its holder.
///
/// # Errors
/// The archive refuses.
pub(crate) fn invite(connection: &Connection, mut wanted: Value) -> Result<String, Failure> {
    if let Some(properties) = wanted.as_object_mut() {
        properties.retain(|_, value| !value.is_null());
    }
    let made = connection.json("POST", "/api/v1/accounts", &wanted)?;
    Ok(text(&made, "link"))
}

fn change(
    connection: &Connection,
    path: &str,
    role: Option<String>,
    organisation: Option<String>,
) -> Result<Value, Failure> {
    let mut wanted = Map::new();
    if let Some(role) = role {
        wanted.insert("role".into(), role.into());
    }
    if let Some(organisation) = organisation {
        let value = (!organisation.is_empty()).then_some(organisation);
        wanted.insert("organisation".into(), value.into());
    }
    let present = connection.json("GET", path, &Value::Null)?;
    let tag = format!("\"{}\"", present["revision"]);
    let headers = [
        ("content-type", "application/json"),
        ("if-match", tag.as_str()),
    ];
    let body = Value::Object(wanted).to_string();
    connection
        .call("PATCH", path, &headers, body)?
        .into_success()
}

/// Creates the account, or resets the one with its login name, and chooses this password for it.
///
/// # Errors
/// The archive refuses.
pub(crate) fn open(connection: &Connection, wanted: &Value, password: &str) -> Result<(), Failure> {
    let login = text(wanted, "login");
    let known = accounts(connection)?;
    let link = match known
        .iter()
        .find(|account| account["login"] == login.as_str())
    {
        Some(account) => {
            let path = format!("/api/v1/accounts/{}/reset", text(account, "id"));
            text(&connection.json("POST", &path, &Value::Null)?, "link")
        }
        None => invite(connection, wanted.clone())?,
    };
    let body = json!({ "link": link, "password": password, "display": wanted["display"] });
    connection
        .json("POST", "/api/v1/account-links", &body)
        .map(drop)
}

/// Creates the account of the first administrator, if there is no account yet, and shows its link. Only on
/// a terminal: a secret does not belong into a log.
pub(super) fn invite_first(serving: &Serving, language: Language) -> Result<(), Failure> {
    if !std::io::stderr().is_terminal() {
        return Ok(());
    }
    let connection = Connection::to(serving.control(), language, None);
    if !accounts(&connection)?.is_empty() {
        return Ok(());
    }
    let wanted = json!({ "login": FIRST_LOGIN, "role": "admin" });
    let link = invite(&connection, wanted)?;
    eprintln!(
        "{} {FIRST_LOGIN}\n  khochung account accept {link}",
        language.pick(
            "Chưa có tài khoản nào. Liên kết một lần cho người quản trị đầu tiên, tên đăng nhập",
            "There is no account yet. The one-time link for the first administrator, login name",
        )
    );
    Ok(())
}

fn accounts(connection: &Connection) -> Result<Vec<Value>, Failure> {
    let list = connection.json("GET", "/api/v1/accounts", &Value::Null)?;
    Ok(list["items"].as_array().cloned().unwrap_or_default())
}

/// The path of an account by its id or login name.
fn find(connection: &Connection, wanted: &str) -> Result<String, Failure> {
    let found = accounts(connection)?.into_iter().find(|account| {
        account["id"] == wanted || account["login"] == wanted.to_lowercase().as_str()
    });
    // An unknown name is refused by the archive in its own words.
    let id = found.map_or_else(|| wanted.to_owned(), |account| text(&account, "id"));
    let id = percent_encoding::utf8_percent_encode(&id, percent_encoding::NON_ALPHANUMERIC);
    Ok(format!("/api/v1/accounts/{id}"))
}

/// Without echo from a terminal, or one line of the standard input.
fn read_password(language: Language) -> Result<String, Failure> {
    let failed = |error| Failure::io("stdin", error);
    if std::io::stdin().is_terminal() {
        let prompt = language.pick("Mật khẩu mới: ", "New password: ");
        return rpassword::prompt_password(prompt).map_err(failed);
    }
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(failed)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn show(link: &str, language: Language) {
    eprintln!(
        "{}",
        language.pick(
            "Liên kết một lần, dùng được trong ba ngày; hãy trao tận tay người giữ tài khoản:",
            "The one-time link, valid for three days; hand it to the holder of the account:",
        )
    );
    print(link);
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

/// One account as tab-separated columns: id, login, role, organisation, state, second factor, display line.
fn line(account: &Value) -> String {
    let column = |name: &str| account[name].as_str().unwrap_or("-").to_owned();
    let second = if account["has_second_factor"] == true {
        "2fa"
    } else {
        "-"
    };
    [
        column("id"),
        column("login"),
        column("role"),
        column("organisation"),
        column("state"),
        second.to_owned(),
        column("display"),
    ]
    .join("\t")
}
