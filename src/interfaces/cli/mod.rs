//! The command line: what an operator does with an archive.
//!
//! Commands that change an archive speak HTTP with it, as every other client does ([`connection`]):
//! with the one that runs, or with one they start for the moment on a loopback port. So there is
//! one way for works to come in, and a token made while the archive runs is valid at once.
//! Maintenance (`verify`, `reindex`, `rebuild`) opens the data folder itself and needs it alone.

mod args;
mod backup;
mod check;
mod connection;
mod control;
mod demo;
mod failure;
mod import;
mod maintenance;
mod progress;
mod runtime;
mod serve;
mod service_manager;
mod settings;
mod token;
mod usage_pages;
mod version;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use args::{Arguments, Command, ConfigCommand, VocabCommand};
pub use failure::Failure;

use crate::interfaces::http::openapi;
use crate::interfaces::messages::Language;

/// Runs the command line of this process and returns its exit code.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let is_wish = matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            );
            // A closed pipe (`--help | head`) is no failure of ours.
            drop(error.print());
            return ExitCode::from(if is_wish { 0 } else { 64 });
        }
    };
    let language = terminal_language();
    match carry_out(arguments, language) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            for line in failure.lines(language) {
                eprintln!("khochung: {line}");
            }
            failure.exit_code()
        }
    }
}

fn carry_out(arguments: Arguments, language: Language) -> Result<(), Failure> {
    let file = arguments.config.as_deref();
    match arguments.command {
        Command::Serve(listen) => serve::run(settings::for_serving(file, &listen)?, language),
        Command::Demo(listen) => demo::run(settings::for_serving(file, &listen)?, language),
        Command::Token(command) => token::run(file, command, language),
        Command::Import(import) => import::run(file, import, language),
        Command::Check(check) => {
            let wanted = check.language.as_deref().map(Language::of_tag);
            check::run(file, &check.listen, wanted.unwrap_or(language))
        }
        Command::Verify(verify) => maintenance::verify(
            settings::for_folder(file, &verify.folder)?,
            verify.deep,
            language,
        ),
        Command::Backup(arguments) => {
            let config = settings::for_folder(file, &arguments.folder)?;
            if arguments.verify {
                backup::verify(&arguments.dest, language)
            } else {
                backup::create(&config, &arguments.dest, language)
            }
        }
        Command::Restore(arguments) => {
            let config = settings::for_folder(file, &arguments.folder)?;
            backup::restore(
                &config,
                &arguments.src,
                arguments.until.as_deref(),
                language,
            )
        }
        Command::Reindex(folder) => {
            maintenance::reindex(settings::for_folder(file, &folder)?, language)
        }
        Command::Rebuild(rebuild) => maintenance::rebuild(
            settings::for_folder(file, &rebuild.folder)?,
            rebuild.discard_after_damage,
            language,
        ),
        Command::Config(ConfigCommand::Show(folder)) => settings::show(file, &folder, language),
        Command::Config(ConfigCommand::Check(folder)) => settings::check(file, &folder, language),
        Command::Openapi => {
            print(openapi::text().trim_end());
            Ok(())
        }
        Command::Vocab(VocabCommand::Check { dir }) => {
            maintenance::check_vocabularies(dir.as_deref(), language)
        }
        Command::Completions { shell } => usage_pages::completions(shell),
        Command::Man { folder } => usage_pages::manual(folder.as_deref()),
    }
}

/// The language of the terminal, by the usual variables in their usual order.
fn terminal_language() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    Language::of_locale(&set.unwrap_or_default())
}

/// One line on standard output. A reader that went away is no failure of ours.
fn print(line: &str) {
    use std::io::Write;
    drop(writeln!(std::io::stdout().lock(), "{line}"));
}
