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
            language: of_messages,
            print_link,
            folder,
        } => {
            let wanted = json!({
                "login": login, "role": role, "organisation": organisation, "display": display,
                "language": of_messages,
            });
            let path = with_way("/api/v1/accounts", print_link);
            let made = open(&folder)?.json("POST", &path, &without_nulls(wanted))?;
            show(&made, language);
        }
        AccountCommand::Accept { link, folder } => {
            print(&line(&accept(&open(&folder)?, &link, language)?));
        }
        AccountCommand::List(folder) => {
            for account in accounts(&open(&folder)?)? {
                print(&line(&account));
            }
        }
        AccountCommand::Reset {
            account,
            print_link,
            folder,
        } => show(&reset(&open(&folder)?, &account, print_link)?, language),
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
pub(crate) fn invite(connection: &Connection, wanted: Value) -> Result<String, Failure> {
    let path = with_way("/api/v1/accounts", true);
    let made = connection.json("POST", &path, &without_nulls(wanted))?;
    Ok(text(&made, "link"))
}

fn reset(connection: &Connection, account: &str, is_printed: bool) -> Result<Value, Failure> {
    let path = format!("{}/reset", find(connection, account)?);
    connection.json("POST", &with_way(&path, is_printed), &Value::Null)
}

fn accept(connection: &Connection, link: &str, language: Language) -> Result<Value, Failure> {
    // In a message it is the end of an address.
    let link = link.rsplit('/').next().unwrap_or_default();
    let body = json!({ "link": link, "password": read_password(language)? });
    connection.json("POST", "/api/v1/account-links", &body)
}

fn without_nulls(mut wanted: Value) -> Value {
    if let Some(properties) = wanted.as_object_mut() {
        properties.retain(|_, value| !value.is_null());
    }
    wanted
}

/// The path of a request for a link, which is in the answer if it is to be printed.
fn with_way(path: &str, is_printed: bool) -> String {
    let way = if is_printed { "administrator" } else { "mail" };
    format!("{path}?hand_over={way}")
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
            let path = with_way(&path, true);
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
    let mut found = Vec::new();
    let mut path = "/api/v1/accounts?limit=200".to_owned();
    loop {
        let page = connection.json("GET", &path, &Value::Null)?;
        found.extend(page["items"].as_array().cloned().unwrap_or_default());
        let Some(next) = page["next"].as_str() else {
            return Ok(found);
        };
        path = format!("/api/v1/accounts?limit=200&after={next}");
    }
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

/// Shows the link of an answer, or where it was mailed to.
fn show(made: &Value, language: Language) {
    if let Some(address) = made["mailed_to"].as_str() {
        let sent = language.pick("Liên kết được gửi đến", "The link is mailed to");
        print(&format!("{sent} {address}."));
        return;
    }
    eprintln!(
        "{}",
        language.pick(
            "Liên kết một lần, dùng được trong ba ngày; hãy trao tận tay người giữ tài khoản:",
            "The one-time link, valid for three days; hand it to the holder of the account:",
        )
    );
    print(&text(made, "link"));
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
