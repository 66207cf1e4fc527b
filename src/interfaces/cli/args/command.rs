//! All commands.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use super::access::{
    AccountCommand, AuditCommand, OrganisationCommand, RequestCommand, TokenCommand,
};
use super::confine::Confine;
use super::folder::{Folder, Listen};
use super::store::{
    Backup, Check, ConfigCommand, Import, MailCommand, Rebuild, RenditionsCommand, Restore, Verify,
    VocabCommand,
};

const EXIT_CODES: &str = "\
Exit codes: 0 done · 1 failed, or some records failed · 2 `verify` found damage · \
64 wrong usage or configuration · 75 the data folder is in use by another process

First steps:
  khochung demo --data ./demo                      a filled archive to look at
  khochung serve --data /srv/kho                   an empty archive of your own
  khochung token create --role editor --data /srv/kho
  khochung import ./my-folder --data /srv/kho      works.ndjson and the files beside it

Settings come from defaults, then --config FILE (TOML), then KHOCHUNG__SECTION__KEY, then flags;
`khochung config show` prints each value and where it came from.";

/// Kho Chung keeps works of public communication: takes them in, keeps them safe, finds them and
/// hands them out.
#[derive(Debug, Parser)]
#[command(name = "khochung", version = crate::interfaces::cli::version::short(), after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Arguments {
    /// Settings in a TOML file.
    #[arg(long, global = true, value_name = "FILE", env = "KHOCHUNG_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve an archive over HTTP until SIGINT or SIGTERM.
    Serve(Listen),
    /// Load the sample collection into an empty folder, then serve it and print where to look.
    Demo(Listen),
    /// Make, list and revoke access tokens. Works while the archive runs.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Invite, list, close and reset accounts of posts. Works while the archive runs.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Send a test message.
    #[command(subcommand)]
    Mail(MailCommand),
    /// Show and set what bodies may use. Works while the archive runs.
    #[command(subcommand)]
    Organisation(OrganisationCommand),
    /// List and decide requests for access. Works while the archive runs.
    #[command(subcommand)]
    Request(RequestCommand),
    /// Check or export the audit trail. Works while the archive runs.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Take in works from an NDJSON file, or from a folder with works.ndjson and files beside it.
    Import(Import),
    /// Check that an archive can run here: settings, folder, permissions, disk, clock, address.
    Check(Check),
    /// Check the catalogue and that every file it names is there.
    Verify(Verify),
    /// Copy an archive to another folder, while it runs or not. Repeat it to bring the copy up to
    /// date.
    Backup(Backup),
    /// Restore a backup into an empty folder, to its end or to an earlier point.
    Restore(Restore),
    /// Build the search index anew from the catalogue.
    Reindex(Folder),
    /// Make copies, texts and measurements of files again. Works while the archive runs.
    #[command(subcommand)]
    Renditions(RenditionsCommand),
    /// Build the catalogue's index anew from its journal.
    Rebuild(Rebuild),
    /// Show or check the settings.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the description of the HTTP interface (OpenAPI 3.1).
    Openapi,
    /// Check vocabularies.
    #[command(subcommand)]
    Vocab(VocabCommand),
    /// Run a program of others confined; the archive calls this itself.
    #[command(hide = true)]
    Confine(Confine),
    /// Print the completions of a shell.
    #[command(after_help = "\
Example: khochung completions bash > ~/.local/share/bash-completion/completions/khochung")]
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write one page for each command.
    #[command(after_help = "Example: khochung man | man -l -")]
    Man {
        /// The folder to write the pages to.
        #[arg(long, value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}
