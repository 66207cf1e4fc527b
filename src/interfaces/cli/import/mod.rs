//! `import`: imports an NDJSON file, a folder with `works.ndjson` and the files it names, or a table ([`table`]).
//!
//! Descriptions go through `/api/v1/imports` in batches; then each work's files are attached and
//! it is brought to its state by the ordinary steps ([`attach`]). All of it can be repeated: a
//! work is found by its first identifier, a file by its hash.

mod attach;
mod lines;
mod table;

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::args::Import;
use super::connection::{Connection, refusal};
use super::output::print;
use super::{Failure, progress, settings};
use crate::interfaces::messages::Language;
use lines::{Batch, Lines, Record};

/// Imports works, through the running archive or one started for the command.
///
/// # Errors
/// [`Failure::SomeFailed`] when some works were not imported completely.
pub(crate) fn run(file: Option<&Path>, import: Import, language: Language) -> Result<(), Failure> {
    let config = settings::for_folder(file, &import.folder)?;
    if !import.from.exists() {
        let from = import.from.display();
        return Err(Failure::Usage {
            vi: format!("không có tệp hoặc thư mục {from}"),
            en: format!("there is no file or folder {from}"),
        });
    }
    let connection = Connection::open(config, language)?;
    if table::is_table(&import.from) {
        let beside = import.from.parent().unwrap_or(Path::new("."));
        let command = table::TableCommand {
            table: &import.from,
            files: import.files.as_deref().unwrap_or(beside),
            is_dry_run: import.dry_run,
            result: import.results.as_deref(),
        };
        return table::run(&connection, &command, language);
    }
    if import.dry_run || import.files.is_some() {
        return Err(Failure::Usage {
            vi: "--files và --dry-run chỉ dùng với bảng (CSV, XLSX, ODS)".to_owned(),
            en: "--files and --dry-run are for tables (CSV, XLSX, ODS)".to_owned(),
        });
    }
    folder_or_file(
        &connection,
        &import.from,
        import.results.as_deref(),
        language,
    )
}

/// Imports the file or folder `from`.
///
/// # Errors
/// As [`run`].
pub(crate) fn folder_or_file(
    connection: &Connection,
    from: &Path,
    results: Option<&Path>,
    language: Language,
) -> Result<(), Failure> {
    let (list, folder) = if from.is_dir() {
        (from.join("works.ndjson"), from.to_owned())
    } else {
        let folder = from.parent().unwrap_or(Path::new("."));
        (from.to_owned(), folder.to_owned())
    };
    let total = count_lines(&list)?;
    let file = File::open(&list).map_err(|error| Failure::io(list.display(), error))?;
    let mut import = Running {
        connection,
        folder,
        report: Report::new(results)?,
        language,
    };
    let bar = progress::bar(total, language.pick("nhập", "import"));
    for batch in Lines::new(BufReader::new(file)) {
        let batch = batch.map_err(|error| Failure::io(list.display(), error))?;
        let lines = batch.records.len() as u64;
        import.take_in(&batch)?;
        bar.inc(lines);
    }
    bar.finish_and_clear();
    import.report.finish(language)
}

fn count_lines(list: &Path) -> Result<u64, Failure> {
    let failed = |error| Failure::io(list.display(), error);
    let mut reader = BufReader::new(File::open(list).map_err(failed)?);
    let mut count = 0;
    loop {
        let buffer = reader.fill_buf().map_err(failed)?;
        if buffer.is_empty() {
            return Ok(count);
        }
        count += buffer.iter().filter(|byte| **byte == b'\n').count() as u64;
        let length = buffer.len();
        reader.consume(length);
    }
}

struct Running<'a> {
    connection: &'a Connection,
    folder: PathBuf,
    report: Report,
    language: Language,
}

impl Running<'_> {
    fn take_in(&mut self, batch: &Batch) -> Result<(), Failure> {
        let kind = [("content-type", "application/x-ndjson")];
        let body = batch.body.as_slice();
        let (status, answer) = self
            .connection
            .send("POST", "/api/v1/imports", &kind, body)?;
        if !status.is_success() {
            let mut answer = answer;
            let document = answer.read_json().unwrap_or(Value::Null);
            return Err(Failure::Refused(refusal(&document, status)));
        }
        // All results are read first, because the connection is needed for the files.
        let results: Vec<String> = BufReader::new(answer.into_reader())
            .lines()
            .collect::<Result<_, _>>()
            .map_err(|error| Failure::io("/api/v1/imports", error))?;
        for (record, result) in batch.records.iter().zip(results) {
            let result: Value = serde_json::from_str(&result).map_err(Failure::inside)?;
            let outcome = self.complete(record, result);
            self.report.write(record.line, outcome)?;
        }
        Ok(())
    }

    /// The outcome of one work, with its files and its state.
    fn complete(&self, record: &Record, answer: Value) -> Value {
        let Some(id) = answer["id"]
            .as_str()
            .filter(|_| answer["outcome"] != "failed")
        else {
            return answer;
        };
        if record.files.is_empty() && record.state.is_none() {
            return answer;
        }
        match attach::complete(self.connection, &self.folder, id, record) {
            Ok(()) => answer,
            Err(failure) => json!({
                "outcome": "failed", "id": id,
                "problem": { "title": failure.lines(self.language).join("; ") },
            }),
        }
    }
}

/// Counts outcomes and writes them down.
struct Report {
    results: Option<File>,
    created: u64,
    updated: u64,
    unchanged: u64,
    failed: u64,
}

impl Report {
    fn new(results: Option<&Path>) -> Result<Self, Failure> {
        let results = results
            .map(|path| File::create(path).map_err(|error| Failure::io(path.display(), error)));
        Ok(Self {
            results: results.transpose()?,
            created: 0,
            updated: 0,
            unchanged: 0,
            failed: 0,
        })
    }

    fn write(&mut self, line: u64, mut outcome: Value) -> Result<(), Failure> {
        match outcome["outcome"].as_str() {
            Some("created") => self.created += 1,
            Some("updated") => self.updated += 1,
            Some("unchanged") => self.unchanged += 1,
            _ => {
                self.failed += 1;
                if self.results.is_none() {
                    eprintln!("{line}: {}", reason(&outcome["problem"]));
                }
            }
        }
        if let Some(file) = &mut self.results {
            outcome["line"] = line.into();
            writeln!(file, "{outcome}").map_err(|error| Failure::io("--results", error))?;
        }
        Ok(())
    }

    fn finish(self, language: Language) -> Result<(), Failure> {
        let [created, updated, unchanged, failed] = language.pick(
            ["mới", "cập nhật", "không đổi", "lỗi"],
            ["created", "updated", "unchanged", "failed"],
        );
        print(&format!(
            "{} {created}, {} {updated}, {} {unchanged}, {} {failed}",
            self.created, self.updated, self.unchanged, self.failed
        ));
        if self.failed == 0 {
            Ok(())
        } else {
            Err(Failure::SomeFailed)
        }
    }
}

fn reason(problem: &Value) -> String {
    let status = ureq::http::StatusCode::UNPROCESSABLE_ENTITY;
    refusal(problem, status)
}
