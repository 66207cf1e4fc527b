//! Takes settled files: imports a table with its files, or files by themselves, and moves them.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::time::Duration;

use tokio::time::sleep;

use super::moving;
use super::settings::DropFolder;
use super::settled::Ready;
use crate::app::Archive;
use crate::domain::LanguageMap;
use crate::domain::access::Actor;
use crate::domain::asset::FileRole;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::table_imports::received;
use crate::interfaces::messages::{Language, rules};
use crate::interfaces::tables::{Columns, Reader, named_files};
use crate::services::table_imports::{
    NewTable, Phase, RowFile, RowOutcome, Table, TableError, TableRow, read_table,
};
use crate::services::uploads::UploadId;
use crate::storage::blobs::{BlobError, Hasher};
use crate::storage::blocking;

/// Files that are taken at once.
const AT_ONCE: usize = 20;

/// The scheme of the hashes by which files are found again.
const SCHEME: &str = "dropped-file";

/// How names of tables end.
const TABLES: [&str; 3] = [".csv", ".xlsx", ".ods"];

/// How often an import is looked at.
const INTERVAL: Duration = Duration::from_millis(200);

/// What is imported together.
struct Batch {
    /// The table among the files, if there is one.
    table: Option<String>,
    rows: Table,
    /// The files of each row that has no column for them.
    files: Vec<String>,
}

/// Takes what is ready. Files wait while a table is there and anything in the folder is still written.
///
/// # Errors
/// Those of the archive and of the disk; the files stay.
pub(super) async fn take(
    archive: &Archive,
    folder: &DropFolder,
    ready: Ready,
) -> Result<(), Problem> {
    if ready.names.is_empty() {
        return Ok(());
    }
    let is_table = |name: &&String| {
        let name = name.to_lowercase();
        TABLES.iter().any(|ending| name.ends_with(ending))
    };
    let path = folder.path.clone();
    if let Some(name) = ready.names.iter().find(is_table).cloned() {
        if ready.is_part {
            return Ok(());
        }
        let file = path.join(&name);
        return match blocking(move || read_table(&file)).await {
            Ok(rows) => {
                let (table, files) = (Some(name), Vec::new());
                import(archive, folder, Batch { table, rows, files }).await
            }
            Err(error) => {
                let why = unreadable(error);
                in_folder(move || moving::failed(&path, &name, &why)).await
            }
        };
    }
    let files: Vec<String> = ready.names.into_iter().take(AT_ONCE).collect();
    let named = files.clone();
    let rows = in_folder(move || one_row_each(&path, &named)).await?;
    let table = None;
    import(archive, folder, Batch { table, rows, files }).await
}

/// A table with a row for each file: its title and its hash.
fn one_row_each(folder: &Path, names: &[String]) -> io::Result<Table> {
    let header = ["titles", "own_id", "own_id_scheme"].map(str::to_owned);
    let mut table = Table {
        header: header.to_vec(),
        rows: Vec::new(),
    };
    for (line, name) in (1..).zip(names) {
        let stem = name
            .rsplit_once('.')
            .map_or(name.as_str(), |(stem, _)| stem);
        let hash = hash_of(&folder.join(name))?;
        let cells = vec![stem.replace('_', " "), hash, SCHEME.to_owned()];
        table.rows.push(TableRow { line, cells });
    }
    Ok(table)
}

fn hash_of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Hasher::new();
    let mut piece = vec![0; 256 * 1024];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hasher.finish().to_hex()),
            length => hasher.update(&piece[..length]),
        }
    }
}

/// Adds the body and the defaults as columns, where the table has none for them.
fn with_defaults(table: &mut Table, folder: &DropFolder) {
    let body = ("organisation".to_owned(), folder.organisation.clone());
    let defaults = folder.defaults.clone().into_iter();
    for (name, cell) in defaults.chain([body]) {
        let known = Columns::of(&table.header);
        if !known.has_same(&name) {
            table.header.push(name);
            for row in &mut table.rows {
                row.cells.push(cell.clone());
            }
        }
    }
}

async fn import(archive: &Archive, folder: &DropFolder, batch: Batch) -> Result<(), Problem> {
    let Batch {
        table,
        mut rows,
        files,
    } = batch;
    with_defaults(&mut rows, folder);
    let header = rows.header.clone();
    let named = match &table {
        Some(_) => in_this_folder(&folder.path, named_files(&rows)),
        None => files.clone(),
    };
    let reader = Reader::new(Columns::of(&header), &archive.vocabularies);
    let mut read = reader.read(rows);
    for (row, file) in read.iter_mut().zip(&files) {
        if let Ok(asked) = &mut row.request {
            asked.files = vec![RowFile {
                path: file.clone(),
                role: FileRole::Original,
                alt: LanguageMap::default(),
            }];
        }
    }
    let mut uploads = Vec::new();
    for name in &named {
        let path = folder.path.join(name);
        let kept = received::keep_file(&Actor::System, &path, name, archive);
        uploads.push((kept.await?, name.clone()));
    }
    let new = NewTable {
        name: table.clone().unwrap_or_default(),
        header,
        rows: read,
        archives: Vec::new(),
        uploads: uploads.clone(),
    };
    let refused = run(archive, new).await?;
    let ended = uploads.iter().map(|(id, _)| *id).collect();
    end_uploads(archive, ended).await;
    let folder = folder.path.clone();
    in_folder(move || put_away(&folder, table.as_deref(), (&files, &named), &refused)).await
}

/// A row that was refused, with its files.
struct Refused {
    position: u32,
    files: Vec<String>,
    why: String,
}

/// Checks and imports; gives the refused rows.
async fn run(archive: &Archive, table: NewTable) -> Result<Vec<Refused>, Problem> {
    let imports = &archive.table_imports;
    let state = imports.check(&Actor::System, table).await?;
    let id = state.import.id.parse();
    let id = id.map_err(|_| Problem::internal("the id of an import"))?;
    imports.start(&Actor::System, id).await?;
    while imports.read(&Actor::System, id).await?.import.phase == Phase::Running {
        sleep(INTERVAL).await;
    }
    let only = Some(RowOutcome::Refused);
    let rows = imports.rows(&Actor::System, id, only, (None, usize::MAX));
    let refused = rows.await?.into_iter().map(|(row, result)| {
        let reasons = result.map_or(row.reasons, |result| result.reasons);
        let reasons = reasons
            .iter()
            .map(|reason| format!("{}\n{}", reason.vi, reason.en));
        let files = row.request.into_iter().flat_map(|request| request.files);
        Refused {
            position: row.position,
            files: files.map(|file| file.path).collect(),
            why: format!("{}: {}", row.line, reasons.collect::<Vec<_>>().join("\n")),
        }
    });
    Ok(refused.collect())
}

fn put_away(
    folder: &Path,
    table: Option<&str>,
    (files, named): (&[String], &[String]),
    refused: &[Refused],
) -> io::Result<()> {
    let Some(table) = table else {
        for (position, name) in (0..).zip(files) {
            match refused.iter().find(|row| row.position == position) {
                Some(row) => moving::failed(folder, name, &row.why)?,
                None => moving::done(folder, name)?,
            }
        }
        return Ok(());
    };
    let of_refused: BTreeSet<&String> = refused.iter().flat_map(|row| &row.files).collect();
    for name in named {
        if of_refused.contains(name) {
            moving::failed(folder, name, table)?;
        } else {
            moving::done(folder, name)?;
        }
    }
    // The table last: after a kill it is taken again, and finds what it made.
    if refused.is_empty() {
        return moving::done(folder, table);
    }
    let why: Vec<&str> = refused.iter().map(|row| row.why.as_str()).collect();
    moving::failed(folder, table, &why.join("\n"))
}

/// The names that are plain files of the folder itself.
fn in_this_folder(folder: &Path, names: Vec<String>) -> Vec<String> {
    let is_here = |name: &String| {
        let is_plain = !name.contains(['/', '\\']) && name != "..";
        is_plain
            && folder
                .join(name)
                .symlink_metadata()
                .is_ok_and(|data| data.is_file())
    };
    names.into_iter().filter(is_here).collect()
}

async fn end_uploads(archive: &Archive, uploads: Vec<UploadId>) {
    for id in uploads {
        // Those of an import without refused rows are ended already; others expire at the latest.
        drop(archive.uploads.terminate(&Actor::System, id).await);
    }
}

fn unreadable(error: TableError) -> String {
    let Problem::Invalid(broken) = Problem::from(error) else {
        return error.to_string();
    };
    let mut sentences = Vec::new();
    for violation in broken.listed() {
        for language in [Language::Vietnamese, Language::English] {
            sentences.push(rules::sentence(&violation.rule, language));
        }
    }
    sentences.join("\n")
}

async fn in_folder<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Problem> {
    let done = blocking(work).await;
    done.map_err(|error| Problem::from(BlobError::Io(error)))
}
