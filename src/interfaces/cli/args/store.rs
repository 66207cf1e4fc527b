//! Commands about what is stored and how the archive is set up.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::folder::{Folder, Listen};
use crate::services::media::rebuild::RenditionKind;

/// What to take in.
#[derive(Debug, Args)]
#[command(after_help = "\
Each line of the NDJSON file is one work. A work whose first identifier is known is updated, so an
import can be repeated. Failed lines are reported one by one; the others are not held up by them.

Of a table (CSV in UTF-8, XLSX, ODS; Vietnamese or English column names) each row is a work, found by its
id in the archive or by an own id. Mend the rows in --result and import that file again.

Examples: khochung import ./leaflets-2026 --data /srv/kho --results results.ndjson
          khochung import works.xlsx --files ./scans --data /srv/kho --result to-mend.csv")]
pub(crate) struct Import {
    /// An NDJSON file, a folder with works.ndjson and the files it names, or a table: CSV, XLSX, ODS.
    #[arg(value_name = "DIR_OR_FILE")]
    pub(crate) from: PathBuf,
    /// Of a table: the folder with the files that rows name [default: that of the table].
    #[arg(long, value_name = "DIR")]
    pub(crate) files: Option<PathBuf>,
    /// Of a table: only report what would come of each row.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Write one result line for each work here, of a table the refused rows with their reasons as CSV;
    /// otherwise failures go to standard error.
    #[arg(long, value_name = "FILE", alias = "result")]
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
/// What is made from files.
#[derive(Debug, Subcommand)]
pub(crate) enum RenditionsCommand {
    /// Make renditions of all works again; what is delivered meanwhile stays. A job does it while the archive runs.
    #[command(after_help = "\
Example: khochung renditions rebuild --kind texts --missing --data /srv/kho")]
    Rebuild {
        /// Which: public-copies, texts, sound-reports or broadcast-copies. Repeat it for several; all without it.
        #[arg(long = "kind", value_name = "KIND", value_parser = RenditionKind::NAMES.map(|(name, _)| name))]
        kinds: Vec<String>,
        /// Only those that are missing. This is also done once a day.
        #[arg(long)]
        missing: bool,
        /// Which archive.
        #[command(flatten)]
        folder: Folder,
    },
}

/// Mail.
#[derive(Debug, Subcommand)]
pub(crate) enum MailCommand {
    /// Send a test message to an address, with the settings of mail.
    #[command(
        after_help = "Example: khochung --config /etc/khochung/khochung.toml mail test phong.vh@gialai.example"
    )]
    Test {
        /// The address.
        address: String,
    },
}
