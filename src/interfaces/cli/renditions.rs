//! `renditions rebuild`.

use std::path::Path;

use serde_json::json;

use super::args::RenditionsCommand;
use super::connection::Connection;
use super::output::print;
use super::{Failure, settings};
use crate::interfaces::messages::Language;

/// Carries out a command about renditions on the archive that runs, or on the folder alone.
///
/// # Errors
/// The archive refuses or cannot be opened.
pub(crate) fn run(
    file: Option<&Path>,
    command: RenditionsCommand,
    language: Language,
) -> Result<(), Failure> {
    let RenditionsCommand::Rebuild {
        kinds,
        missing,
        folder,
    } = command;
    let scope = if missing { "missing" } else { "all" };
    let wanted = json!({ "kinds": kinds, "scope": scope });
    let connection = Connection::open(settings::for_folder(file, &folder)?, language)?;
    let made = connection.json("POST", "/api/v1/renditions", &wanted)?;
    print(&format!(
        "{} {}",
        language.pick("Đã xếp hàng; việc số", "Enqueued; the job is"),
        made["jobs"][0]
    ));
    Ok(())
}
