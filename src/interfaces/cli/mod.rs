//! The command line for operators.
//!
//! Commands that change an archive call its HTTP interface like every other client ([`connection`]): that of
//! the running server, or of one that they start on a loopback port. So works are deposited in one way only,
//! and a token created while the archive runs is valid at once. Maintenance (`verify`, `reindex`,
//! `rebuild`) opens the data folder itself, which no server may have open.

mod account;
mod args;
mod audit;
mod backup;
mod check;
mod confine;
mod connection;
mod control;
mod demo;
mod failure;
mod import;
mod maintenance;
mod organisations;
mod output;
mod progress;
mod renditions;
mod runtime;
mod serve;
mod service_manager;
mod serving;
mod settings;
mod token;
mod usage_pages;
mod version;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use args::{Arguments, Command, ConfigCommand, VocabCommand};
pub use failure::Failure;
use output::{print, terminal_language};

use crate::interfaces::http::openapi;
use crate::interfaces::messages::Language;

/// Runs the command line of this process and returns its exit code.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let is_requested = matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            );
            // A closed pipe (`--help | head`) is not an error.
            drop(error.print());
            return ExitCode::from(if is_requested { 0 } else { 64 });
        }
    };
    let language = terminal_language();
    match dispatch(arguments, language).and_then(|()| output::check()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            for line in failure.lines(language) {
                eprintln!("khochung: {line}");
            }
            failure.exit_code()
        }
    }
}

fn dispatch(arguments: Arguments, language: Language) -> Result<(), Failure> {
    let file = arguments.config.as_deref();
    match arguments.command {
        Command::Serve(listen) => serve::run(settings::for_serving(file, &listen)?, language),
        Command::Demo(listen) => demo::run(settings::for_serving(file, &listen)?, language),
        Command::Token(command) => token::run(file, command, language),
        Command::Account(command) => account::run(file, command, language),
        Command::Mail(command) => check::mail::run(file, command, language),
        Command::Request(command) => organisations::request::run(file, command, language),
        Command::Organisation(command) => organisations::run(file, command, language),
        Command::Audit(command) => audit::run(file, command, language),
        Command::Renditions(command) => renditions::run(file, command, language),
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
        Command::Confine(arguments) => confine::run(arguments),
        Command::Completions { shell } => usage_pages::completions(shell),
        Command::Man { folder } => usage_pages::manual(folder.as_deref()),
    }
}
