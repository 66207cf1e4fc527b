//! `serve`: an archive that runs until it gets a signal to stop.

use super::output::print;
use super::{Failure, account, service_manager, serving};
use crate::config::Config;
use crate::interfaces::http::server::Listening;
use crate::interfaces::messages::Language;

/// Serves until SIGINT or SIGTERM, then finishes what runs and closes the archive.
///
/// # Errors
/// The folder cannot be opened or the address not bound.
pub(crate) fn run(config: Config, language: Language) -> Result<(), Failure> {
    let listening = Listening {
        sockets: service_manager::sockets()?,
        ..Listening::default()
    };
    let serving = serving::start_logged(config, listening)?;
    // Before anybody knows that it serves, and may tell it to stop.
    let signals = serving.signals()?;
    let address = serving.base().to_owned();
    let listening = language.pick("Kho đang phục vụ tại", "The archive is at");
    print(&format!("{listening} {address}  ({address}/api/docs)"));
    service_manager::ready();
    account::invite_first(&serving, language)?;
    serving.wait_for_stop_signal(signals)
}
