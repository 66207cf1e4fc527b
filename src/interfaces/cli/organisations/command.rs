//! `organisation …`: which part carries it out.

use std::path::Path;

use super::super::args::OrganisationCommand;
use super::super::connection::Connection;
use super::super::{Failure, settings};
use super::{quota, succession};
use crate::interfaces::messages::Language;

/// Carries out a command about bodies on the archive that runs, or on the folder alone.
///
/// # Errors
/// The archive refuses or cannot be opened.
pub(in crate::interfaces::cli) fn run(
    file: Option<&Path>,
    command: OrganisationCommand,
    language: Language,
) -> Result<(), Failure> {
    let open = |folder| Connection::open(settings::for_folder(file, folder)?, language);
    match command {
        OrganisationCommand::Usage { slug, folder } => quota::usage(&open(&folder)?, &slug),
        OrganisationCommand::Quota {
            slug,
            works,
            bytes,
            requests_per_minute,
            default,
            folder,
        } => {
            let wanted = quota::Wanted {
                works,
                bytes,
                requests_per_minute,
            };
            quota::set(&open(&folder)?, &slug, (!default).then_some(&wanted))
        }
        OrganisationCommand::Succeed {
            from,
            to,
            parts,
            on,
            reason,
            dry_run,
            folder,
        } => {
            let wanted = succession::Wanted {
                from,
                to,
                parts,
                on,
                reason,
                dry_run,
            };
            succession::plan(&open(&folder)?, &wanted)
        }
        OrganisationCommand::Successions(folder) => succession::list(&open(&folder)?),
        OrganisationCommand::PassedWorks { id, folder } => {
            succession::passed_works(&open(&folder)?, &id)
        }
        OrganisationCommand::Cancel { id, folder } => succession::cancel(&open(&folder)?, &id),
    }
}
