//! The commands and their flags, with the help that teaches them.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

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
#[command(name = "khochung", version = super::version::short(), after_help = EXIT_CODES, max_term_width = 100)]
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
    /// Send a trial message.
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

/// How to confine a program.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: khochung confine ./private -- /usr/bin/pdftotext in/a.pdf out/a.txt")]
pub(crate) struct Confine {
    /// Its private folder, with `in` (to read) and `out` and `tmp` (to write).
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Seconds of processor time.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) processor_seconds: u64,
    /// Bytes of address space.
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 30)]
    pub(crate) memory_bytes: u64,
    /// Bytes of one file.
    #[arg(long, value_name = "BYTES", default_value_t = 256 << 20)]
    pub(crate) file_bytes: u64,
    /// A further folder or file that it may read; may be repeated.
    #[arg(long, value_name = "PATH")]
    pub(crate) readable: Vec<PathBuf>,
    /// The standard input is a pipe that the archive holds open: end when it is closed.
    #[arg(long)]
    pub(crate) lifeline: bool,
    /// Start nothing: print what confines it here.
    #[arg(long)]
    pub(crate) report: bool,
    /// The program and its arguments.
    #[arg(last = true, value_name = "PROGRAM")]
    pub(crate) command: Vec<OsString>,
}

/// Which archive.
#[derive(Debug, Clone, Args)]
pub(crate) struct Folder {
    /// The data folder of the archive [default: khochung-data].
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

/// Which archive and where to listen.
#[derive(Debug, Clone, Args)]
pub(crate) struct Listen {
    /// Which archive.
    #[command(flatten)]
    pub(crate) folder: Folder,
    /// Address and port to listen on [default: 127.0.0.1:8080].
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) bind: Option<String>,
}

/// Accounts of posts.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Create an account; the one-time link for its holder is mailed, or the last line printed.
    #[command(after_help = "\
Example: khochung account invite phong.vh@gialai.example --role contributor --organisation dic")]
    Invite {
        /// The login name: the address of an office or post.
        login: String,
        /// What its holder may do: see `khochung account roles`.
        #[arg(long)]
        role: String,
        /// The body it acts for (a slug of the scheme `organisation`); contributors need one.
        #[arg(long, value_name = "SLUG")]
        organisation: Option<String>,
        /// The line to be shown as; its holder can change it.
        #[arg(long, value_name = "TEXT")]
        display: Option<String>,
        /// The language of messages for it, vi or en.
        #[arg(long, value_name = "LANGUAGE", value_parser = ["vi", "en"])]
        language: Option<String>,
        /// Print the link even if it could be mailed.
        #[arg(long)]
        print_link: bool,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// Choose a password with a one-time link. The password is read from the terminal or the standard input.
    Accept {
        /// The link that `account invite` or `account reset` printed, or the address in a message.
        link: String,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// List the accounts.
    List(Folder),
    /// Take password and second factor away; the one-time link for new ones is mailed, or the last line printed.
    Reset {
        /// The id or login name that `account list` shows.
        account: String,
        /// Print the link even if it could be mailed.
        #[arg(long)]
        print_link: bool,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// Close an account at once.
    Close {
        /// The id or login name that `account list` shows.
        account: String,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// Give an account another role or body.
    Change {
        /// The id or login name that `account list` shows.
        account: String,
        /// What its holder may do.
        #[arg(long)]
        role: Option<String>,
        /// The body it acts for; an empty one takes it away.
        #[arg(long, value_name = "SLUG")]
        organisation: Option<String>,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// List the roles and what each may do.
    Roles,
}

/// Mail.
#[derive(Debug, Subcommand)]
pub(crate) enum MailCommand {
    /// Send a trial message to an address, with the settings of mail.
    #[command(
        after_help = "Example: khochung --config /etc/khochung/khochung.toml mail test phong.vh@gialai.example"
    )]
    Test {
        /// The address.
        address: String,
    },
}

/// The audit trail.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Check the chain of hashes. Note the printed hash elsewhere: a later check must lead to it again.
    Verify(Folder),
    /// Print all entries.
    Export {
        /// ndjson or csv.
        #[arg(long, default_value = "ndjson")]
        format: String,
        /// Only entries with greater numbers.
        #[arg(long, default_value_t = 0, value_name = "NUMBER")]
        after: u64,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
}

/// Access tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token; its secret is the last line printed and cannot be shown again.
    #[command(after_help = "\
Example: khochung token create --role contributor --organisation dic --label \"upload desk\"")]
    Create {
        /// What its holder may do: see `khochung account roles`.
        #[arg(long)]
        role: String,
        /// The body it is given to (a slug of the scheme `organisation`); contributors need one.
        #[arg(long, value_name = "SLUG")]
        organisation: Option<String>,
        /// What it is for.
        #[arg(long, default_value = "")]
        label: String,
        /// When it ends by itself: 2027-01-01T00:00:00+07:00.
        #[arg(long, value_name = "MOMENT")]
        expires: Option<String>,
        /// Narrow it to some permissions of its role: read,deposit.
        #[arg(long, value_name = "PERMISSIONS", value_delimiter = ',')]
        scopes: Vec<String>,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// Give a token a new secret, which is the last line printed. The old one stays valid for the overlap.
    #[command(after_help = "Example: khochung token rotate 4f9a2c --overlap 48")]
    Rotate {
        /// The id that `token list` shows.
        id: String,
        /// For how many hours the old secret stays valid: 0 to 720.
        #[arg(long, value_name = "HOURS", default_value_t = 24)]
        overlap: u64,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// List the tokens, without their secrets: id, role, body, made, end, label, account, permissions, last day of use,
    /// end of the former secret.
    List(Folder),
    /// End a token at once.
    Revoke {
        /// The id that `token list` shows.
        id: String,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
}

/// What to do with requests for access.
#[derive(Debug, Subcommand)]
pub(crate) enum RequestCommand {
    /// List them, overdue ones first: id, state, working days, last day, overdue, role, body, contact.
    List(Folder),
    /// Say that somebody looks into one.
    Review {
        /// The id that `request list` shows.
        id: String,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// Grant one; the one-time link for the asker is the last line printed.
    #[command(after_help = "\
Example: khochung request grant q-0123456789ab --organisation radio-tv --expires 2028-01-01T00:00:00+07:00")]
    Grant {
        /// The id that `request list` shows.
        id: String,
        /// The body that the token is for (a slug of the scheme `organisation`).
        #[arg(long, value_name = "SLUG")]
        organisation: Option<String>,
        /// Narrow the token to some permissions of its role.
        #[arg(long, value_name = "PERMISSIONS", value_delimiter = ',')]
        scopes: Vec<String>,
        /// When the token ends by itself.
        #[arg(long, value_name = "MOMENT")]
        expires: Option<String>,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// Refuse one.
    Refuse {
        /// The id that `request list` shows.
        id: String,
        /// Why; the asker reads it.
        #[arg(long)]
        reason: String,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// Make a new one-time link for a granted one.
    Link {
        /// The id that `request list` shows.
        id: String,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
}

/// What to do with bodies.
#[derive(Debug, Subcommand)]
pub(crate) enum OrganisationCommand {
    /// Show what a body uses and may use: body, own or default quota, works, bytes, requests in a minute.
    Usage {
        /// The body (a slug of the scheme `organisation`).
        slug: String,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// Plan that bodies pass to a successor on a day: works, accounts, tokens, saved searches.
    #[command(after_help = "\
Example: khochung organisation succeed --from dic --from dpi --to docst --on 2027-01-01 --dry-run")]
    Succeed {
        /// A body before; may be repeated.
        #[arg(long, value_name = "SLUG", required = true)]
        from: Vec<String>,
        /// The successor.
        #[arg(long, value_name = "SLUG")]
        to: String,
        /// The day at whose beginning everything passes: 2027-01-01.
        #[arg(long, value_name = "DAY")]
        on: String,
        /// The decision it rests on.
        #[arg(long)]
        reason: Option<String>,
        /// Only tell what it would do.
        #[arg(long)]
        dry_run: bool,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// List the successions: id, bodies, successor, day, state, and what has passed: works, accounts, tokens, searches.
    Successions(Folder),
    /// Cancel a succession before its day.
    Cancel {
        /// The id that `organisation successions` shows.
        id: String,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
    /// Set what a body may use. What is not named has no limit.
    #[command(after_help = "\
Example: khochung organisation quota dic --works 20000 --bytes 500000000000")]
    Quota {
        /// The body (a slug of the scheme `organisation`).
        slug: String,
        /// Works, in every state.
        #[arg(long)]
        works: Option<u64>,
        /// Bytes of files as deposited, those of earlier revisions included.
        #[arg(long)]
        bytes: Option<u64>,
        /// Requests in a minute of all its tokens and accounts.
        #[arg(long, value_name = "NUMBER")]
        requests_per_minute: Option<u64>,
        /// Let the default of the settings (`quotas`) hold again.
        #[arg(long, conflicts_with_all = ["works", "bytes", "requests_per_minute"])]
        default: bool,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
}

/// What to take in.
#[derive(Debug, Args)]
#[command(after_help = "\
Each line of the NDJSON file is one work. A work whose first identifier is known is updated, so an
import can be repeated. Failed lines are reported one by one; the others are not held up by them.

Example: khochung import ./leaflets-2026 --data /srv/kho --results results.ndjson")]
pub(crate) struct Import {
    /// An NDJSON file, or a folder with works.ndjson and the files it names.
    #[arg(value_name = "DIR_OR_NDJSON")]
    pub(crate) from: PathBuf,
    /// Write one result line for each work here; otherwise failures go to standard error.
    #[arg(long, value_name = "FILE")]
    pub(crate) results: Option<PathBuf>,
    /// Which archive.
    #[command(flatten)]
    pub(crate) folder: Folder,
}

/// What to check.
#[derive(Debug, Args)]
#[command(after_help = "\
One line for each point: ok, warn or fail, and what to do. Nothing is changed. Run it as the user
the archive runs as, before the first start or while the archive runs.

Exit code: 0 when no line says fail, else 1.

Example: sudo -u khochung khochung --config /etc/khochung/khochung.toml check")]
pub(crate) struct Check {
    /// Language of the lines, vi or en [default: by LANG].
    #[arg(long, value_name = "LANGUAGE", value_parser = ["vi", "en"])]
    pub(crate) language: Option<String>,
    /// Which archive and where it is to listen.
    #[command(flatten)]
    pub(crate) listen: Listen,
}

/// How thoroughly to check.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Read and hash every stored file; damaged ones are set aside and reported.
    #[arg(long)]
    pub(crate) deep: bool,
    /// Which archive.
    #[command(flatten)]
    pub(crate) folder: Folder,
}

/// Where to copy to.
#[derive(Debug, Args)]
#[command(after_help = "\
Closed journal segments and files are copied once; what the archive deletes stays in the backup.
The settings (--config) are not part of it.

Example: khochung backup /mnt/backup/kho --data /srv/kho")]
pub(crate) struct Backup {
    /// The folder of the backup; missing, empty, or an earlier backup of the same archive.
    #[arg(value_name = "DEST")]
    pub(crate) dest: PathBuf,
    /// Copy nothing: read the whole backup and check every hash.
    #[arg(long)]
    pub(crate) verify: bool,
    /// Which archive.
    #[command(flatten)]
    pub(crate) folder: Folder,
}

/// What to restore.
#[derive(Debug, Args)]
#[command(after_help = "\
Readers of the change feed have to start over, since the archive may have gone on after the
backup. An interrupted restore is repeated with the same command.

Example: khochung restore /mnt/backup/kho --data /srv/kho --until 2026-11-30T17:00:00+07:00")]
pub(crate) struct Restore {
    /// The folder of the backup.
    #[arg(value_name = "SRC")]
    pub(crate) src: PathBuf,
    /// The last event to restore (a number), or the moment to go back to (ISO 8601 with offset)
    /// [default: everything].
    #[arg(long, value_name = "EVENT_OR_MOMENT")]
    pub(crate) until: Option<String>,
    /// Where to restore to.
    #[command(flatten)]
    pub(crate) folder: Folder,
}

/// How to build anew.
#[derive(Debug, Args)]
pub(crate) struct Rebuild {
    /// Keep what stands in the journal before its first damage and set the rest aside. The last
    /// resort, when there is no backup: copy the data folder first.
    #[arg(long)]
    pub(crate) discard_after_damage: bool,
    /// Which archive.
    #[command(flatten)]
    pub(crate) folder: Folder,
}

/// Settings.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print every setting, its value and where it came from.
    Show(Folder),
    /// Check the settings and print everything that is wrong with them.
    Check(Folder),
}

/// Vocabularies.
#[derive(Debug, Subcommand)]
pub(crate) enum VocabCommand {
    /// Check the vocabulary files of a folder, or those built in.
    Check {
        /// A folder with vocabulary files.
        dir: Option<PathBuf>,
    },
}
