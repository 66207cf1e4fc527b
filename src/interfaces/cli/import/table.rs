//! Imports a table with the files of a folder: the files that rows name are sent as archives, the table is checked, then
//! imported by the archive, which this command follows.

use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::attach::inside;
use crate::interfaces::cli::connection::Connection;
use crate::interfaces::cli::output::print;
use crate::interfaces::cli::{Failure, progress};
use crate::interfaces::messages::Language;
use crate::interfaces::tables::named_files;
use crate::services::table_imports::read_table;

/// How names of tables end.
const EXTENSIONS: [&str; 5] = ["csv", "tsv", "txt", "xlsx", "ods"];

/// Bytes after which another archive is begun.
const ARCHIVE_BYTES: u64 = 512 << 20;

/// How often the import is looked at.
const INTERVAL: Duration = Duration::from_millis(500);

/// Refused rows that are printed.
const PRINTED: usize = 50;

/// What to do with a table.
#[derive(Debug)]
pub(crate) struct TableCommand<'a> {
    /// The table.
    pub(crate) table: &'a Path,
    /// The folder with the files.
    pub(crate) files: &'a Path,
    /// Only check it.
    pub(crate) is_dry_run: bool,
    /// Where the rows to be mended go.
    pub(crate) result: Option<&'a Path>,
}

/// Whether a file is a table by its name.
pub(crate) fn is_table(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| {
        EXTENSIONS
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    })
}

/// Checks a table, and imports it unless it is a dry run.
///
/// # Errors
/// [`Failure::SomeFailed`] when rows were refused.
pub(crate) fn run(
    connection: &Connection,
    command: &TableCommand<'_>,
    language: Language,
) -> Result<(), Failure> {
    let uploads = send_files(connection, command, language)?;
    let checked = check(connection, command.table, &uploads)?;
    let id = text(&checked, "id").to_owned();
    let path = format!("/api/v1/table-imports/{id}");
    let unknown: Vec<&str> = list(&checked["unknown_columns"])
        .filter_map(Value::as_str)
        .collect();
    if !unknown.is_empty() {
        let names = unknown.join(", ");
        let ignored = language.pick("cột không được đọc", "columns that are not read");
        eprintln!("{ignored}: {names}");
    }
    let last = if command.is_dry_run {
        print_changes(connection, &path)?;
        checked
    } else {
        connection.json("POST", &format!("{path}/start"), &json!({}))?;
        follow(connection, &path, language)?
    };
    let counts = match command.is_dry_run {
        true => &last["checked"],
        false => &last["imported"],
    };
    print_refused(connection, &path)?;
    if let Some(result) = command.result {
        let table = connection.text(&format!("{path}/result"))?;
        std::fs::write(result, table).map_err(|error| Failure::io(result.display(), error))?;
    }
    if command.is_dry_run {
        for upload in &uploads {
            delete(connection, upload)?;
        }
    }
    summarise(counts, language)
}

fn summarise(counts: &Value, language: Language) -> Result<(), Failure> {
    let [created, changed, unchanged, refused] = language.pick(
        ["mới", "thay đổi", "không đổi", "bị từ chối"],
        ["created", "changed", "unchanged", "refused"],
    );
    print(&format!(
        "{} {created}, {} {changed}, {} {unchanged}, {} {refused}",
        counts["created"], counts["changed"], counts["unchanged"], counts["refused"]
    ));
    if counts["refused"] == 0 {
        Ok(())
    } else {
        Err(Failure::SomeFailed)
    }
}

/// Sends the files that the table names; gives the paths of the uploads. Those that are not there are reported by the check.
fn send_files(
    connection: &Connection,
    command: &TableCommand<'_>,
    language: Language,
) -> Result<Vec<String>, Failure> {
    let table = read_table(command.table).map_err(|error| Failure::Usage {
        vi: format!("không đọc được bảng {}: {error}", command.table.display()),
        en: format!("{}: {error}", command.table.display()),
    })?;
    let names = named_files(&table);
    let mut uploads = Vec::new();
    let bar = progress::bar(names.len() as u64, language.pick("gửi tệp", "send files"));
    let mut waiting = names.iter().peekable();
    while waiting.peek().is_some() {
        let mut archive = ArchiveFile::create()?;
        while archive.bytes < ARCHIVE_BYTES
            && let Some(name) = waiting.next()
        {
            bar.inc(1);
            // A name that leads out of the folder is refused by the check.
            if let Ok(path) = inside(command.files, name)
                && path.is_file()
            {
                archive.add(name, &path)?;
            }
        }
        if archive.bytes > 0 || archive.files > 0 {
            uploads.push(archive.send(connection)?);
        }
    }
    bar.finish_and_clear();
    Ok(uploads)
}

/// An archive on its way to the server; its file has no name.
struct ArchiveFile {
    writer: ZipWriter<File>,
    bytes: u64,
    files: usize,
}

impl ArchiveFile {
    fn create() -> Result<Self, Failure> {
        let name = format!("khochung-import-{}", std::process::id());
        let path: PathBuf = std::env::temp_dir().join(name);
        let failed = |error| Failure::io(path.display(), error);
        let mut options = File::options();
        let options = options.read(true).write(true).create_new(true);
        let file = options.open(&path).map_err(failed)?;
        std::fs::remove_file(&path).map_err(failed)?;
        Ok(Self {
            writer: ZipWriter::new(file),
            bytes: 0,
            files: 0,
        })
    }

    fn add(&mut self, name: &str, path: &Path) -> Result<(), Failure> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .large_file(true);
        self.writer
            .start_file(name, options)
            .map_err(Failure::inside)?;
        let mut file = File::open(path).map_err(|error| Failure::io(path.display(), error))?;
        let copied = std::io::copy(&mut file, &mut self.writer);
        self.bytes += copied.map_err(|error| Failure::io(path.display(), error))?;
        self.files += 1;
        Ok(())
    }

    /// Sends the archive; gives the path of the upload.
    fn send(self, connection: &Connection) -> Result<String, Failure> {
        let mut file = self.writer.finish().map_err(Failure::inside)?;
        let failed = |error| Failure::io("archive", error);
        file.flush().map_err(failed)?;
        let length = file.stream_position().map_err(failed)?.to_string();
        file.rewind().map_err(failed)?;
        let metadata = format!("filename {}", BASE64.encode("files.zip"));
        let headers = [
            ("tus-resumable", "1.0.0"),
            ("upload-length", length.as_str()),
            ("upload-metadata", metadata.as_str()),
            ("content-type", "application/offset+octet-stream"),
        ];
        let location = connection.create("/api/v1/uploads", &headers, file)?;
        let path = location.find("/api/").map(|start| &location[start..]);
        Ok(path.unwrap_or(&location).to_owned())
    }
}

fn delete(connection: &Connection, upload: &str) -> Result<(), Failure> {
    let tus = [("tus-resumable", "1.0.0")];
    let gone = connection.call("DELETE", upload, &tus, Vec::new())?;
    gone.into_success().map(drop)
}

fn check(connection: &Connection, table: &Path, uploads: &[String]) -> Result<Value, Failure> {
    let name = table.file_name().unwrap_or_default().to_string_lossy();
    let mut path = format!(
        "/api/v1/table-imports?name={}",
        super::attach::encoded(&name)
    );
    for upload in uploads {
        let id = upload.rsplit('/').next().unwrap_or_default();
        path.push_str(&format!("&archive={id}"));
    }
    let bytes = File::open(table).map_err(|error| Failure::io(table.display(), error))?;
    let kind = [("content-type", "application/octet-stream")];
    connection.call("POST", &path, &kind, bytes)?.into_success()
}

/// Looks at the import until every row has a result.
fn follow(connection: &Connection, path: &str, language: Language) -> Result<Value, Failure> {
    let mut bar = None;
    loop {
        let state = connection.json("GET", path, &Value::Null)?;
        let count = |name: &str| state["imported"][name].as_u64().unwrap_or(0);
        let done: u64 = ["created", "changed", "unchanged", "refused"]
            .map(count)
            .iter()
            .sum();
        let total = state["total"].as_u64().unwrap_or(0);
        let bar = bar.get_or_insert_with(|| progress::bar(total, language.pick("nhập", "import")));
        bar.set_position(done);
        if state["state"] != "running" {
            bar.finish_and_clear();
            return Ok(state);
        }
        thread::sleep(INTERVAL);
    }
}

/// Prints what rows would change.
fn print_changes(connection: &Connection, path: &str) -> Result<(), Failure> {
    let rows = format!("{path}/rows?outcome=changed&limit={PRINTED}");
    let page = connection.json("GET", &rows, &Value::Null)?;
    for row in list(&page["items"]) {
        for difference in list(&row["differences"]) {
            let (before, after) = (text(difference, "before"), text(difference, "after"));
            let field = text(difference, "field");
            print(&format!("{}: {field}: {before} → {after}", row["row"]));
        }
    }
    Ok(())
}

fn print_refused(connection: &Connection, path: &str) -> Result<(), Failure> {
    let rows = format!("{path}/rows?outcome=refused&limit={PRINTED}");
    let page = connection.json("GET", &rows, &Value::Null)?;
    for row in list(&page["items"]) {
        for reason in list(&row["reasons"]) {
            let column = reason["column"]
                .as_str()
                .map(|column| format!("{column}: "));
            let column = column.unwrap_or_default();
            eprintln!("{}: {column}{}", row["row"], text(reason, "detail"));
        }
    }
    Ok(())
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}
