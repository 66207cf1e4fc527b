//! `audit verify|export`.

use std::path::Path;

use serde_json::Value;

use super::args::AuditCommand;
use super::connection::Connection;
use super::output::print;
use super::{Failure, settings};
use crate::interfaces::messages::Language;

/// Entries read at once.
const PAGE: usize = 1_000;

/// Carries out an audit command on the archive that runs, or on the folder alone.
///
/// # Errors
/// The archive refuses or cannot be opened; the chain of hashes is broken.
pub(crate) fn run(
    file: Option<&Path>,
    command: AuditCommand,
    language: Language,
) -> Result<(), Failure> {
    let open = |folder| Connection::open(settings::for_folder(file, folder)?, language);
    match command {
        AuditCommand::Verify(folder) => verify(&open(&folder)?, language),
        AuditCommand::Export {
            format,
            after,
            folder,
        } => export(&open(&folder)?, &format, after),
    }
}

fn verify(connection: &Connection, language: Language) -> Result<(), Failure> {
    let verified = connection.json("GET", "/api/v1/audit/verification", &Value::Null)?;
    let (entries, hash) = (&verified["entries"], verified["last_hash"].as_str());
    print(&format!(
        "{} {entries}\t{}",
        language.pick("Số mục đúng:", "Entries that are right:"),
        hash.unwrap_or_default()
    ));
    match verified["first_broken"].as_u64() {
        None => Ok(()),
        Some(number) => Err(Failure::Refused(format!(
            "{} {number}",
            language.pick(
                "Chuỗi mã băm bị đứt: mục bị thiếu hoặc bị sửa là mục",
                "The chain of hashes is broken: missing or changed is entry",
            )
        ))),
    }
}

fn export(connection: &Connection, format: &str, mut after: u64) -> Result<(), Failure> {
    let mut is_first = true;
    loop {
        let page = format!("/api/v1/audit?after={after}&limit={PAGE}");
        let items = connection.json("GET", &page, &Value::Null)?;
        let next = items["next_after"].as_u64().unwrap_or(after);
        let text = connection.text(&format!("{page}&format={format}"))?;
        // Each page of CSV begins with the names.
        let names = usize::from(format == "csv" && !is_first);
        text.lines().skip(names).for_each(print);
        if next == after {
            return Ok(());
        }
        (after, is_first) = (next, false);
    }
}
