//! `backup` and `restore`.

use std::path::Path;

use super::output::print;
use super::{Failure, progress};
use crate::app::maintenance;
use crate::config::Config;
use crate::domain::{Sha256, Timestamp};
use crate::interfaces::messages::Language;
use crate::storage::backup::{self, BackupError, Point, Until};
use crate::telemetry::error_chain;

/// Makes a backup or brings one up to date.
///
/// # Errors
/// [`Failure::Findings`] when files of the archive are damaged: they were not copied.
pub(crate) fn create(config: &Config, dest: &Path, language: Language) -> Result<(), Failure> {
    super::maintenance::must_exist(config)?;
    let bar = progress::spinner(language.pick("sao lưu", "back up"));
    let made = maintenance::back_up(config, dest, &|n| bar.set_position(n));
    bar.finish_and_clear();
    let made = made.map_err(failed)?;
    let manifest = &made.manifest;
    let [copied, segments, files, holds, bytes] = language.pick(
        ["Đã chép", "đoạn nhật ký", "tệp", "Bản sao lưu có", "byte"],
        [
            "Copied",
            "journal segments",
            "files",
            "The backup holds",
            "bytes",
        ],
    );
    print(&format!(
        "{copied}: {} {segments}, {} {files}",
        made.segments, made.files
    ));
    print(&format!(
        "{holds}: {} {files}, {} {bytes}; {}",
        manifest.files,
        manifest.file_bytes,
        point(manifest.end(), language)
    ));
    report(
        &made.damaged,
        language.pick("bị hỏng, không chép", "damaged, not copied"),
    )
}

/// Reads a backup to its end and checks it.
///
/// # Errors
/// [`Failure::Findings`] when something is wrong with it.
pub(crate) fn verify(dest: &Path, language: Language) -> Result<(), Failure> {
    let bar = progress::spinner(language.pick("kiểm tra", "verify"));
    let verified = backup::verify(dest, &|n| bar.set_position(n));
    bar.finish_and_clear();
    let verified = match verified {
        Err(error @ BackupError::Damaged { .. }) => {
            print(&error_chain(&error));
            return Err(Failure::Findings);
        }
        verified => verified.map_err(failed)?,
    };
    let [sets, files] = language.pick(["giao dịch", "tệp"], ["change sets", "files"]);
    print(&format!(
        "{} {sets}, {} {files}",
        verified.change_sets, verified.files
    ));
    let damaged = report(&verified.damaged, language.pick("bị hỏng", "damaged"));
    let missing = report(&verified.missing, language.pick("thiếu tệp", "missing"));
    damaged.and(missing)
}

/// Restores a backup.
///
/// # Errors
/// [`Failure::Findings`] when files are missing in the backup: everything else was restored.
pub(crate) fn restore(
    config: &Config,
    src: &Path,
    until: Option<&str>,
    language: Language,
) -> Result<(), Failure> {
    let until = parse_until(until)?;
    let bar = progress::spinner(language.pick("khôi phục", "restore"));
    let restored = maintenance::restore(config, src, until, &|n| bar.set_position(n));
    bar.finish_and_clear();
    let restored = restored.map_err(failed)?;
    let [done, files] = language.pick(["Đã khôi phục", "tệp"], ["Restored", "files"]);
    print(&format!(
        "{done}: {} {files}; {}",
        restored.files,
        point(restored.end, language)
    ));
    let missing = language.pick("thiếu trong bản sao lưu", "missing in the backup");
    report(&restored.missing, missing)
}

/// An event number or a moment.
fn parse_until(until: Option<&str>) -> Result<Until, Failure> {
    let Some(text) = until else {
        return Ok(Until::End);
    };
    if let Ok(event) = text.parse() {
        return Ok(Until::Event(event));
    }
    Timestamp::parse(text).map(Until::Moment).map_err(|_| Failure::Usage {
        vi: format!(
            "--until cần số sự kiện hoặc thời điểm như 2026-11-30T17:00:00+07:00, không phải {text:?}"
        ),
        en: format!(
            "--until takes an event number or a moment like 2026-11-30T17:00:00+07:00, not {text:?}"
        ),
    })
}

fn point(point: Point, language: Language) -> String {
    let [event, of] = language.pick(["sự kiện cuối", "lúc"], ["last event", "of"]);
    format!("{event} {}, {of} {}", point.event, point.at)
}

/// Prints files with what is wrong with them.
fn report(keys: &[Sha256], what: &str) -> Result<(), Failure> {
    for key in keys {
        print(&format!("{what}: {key}"));
    }
    if keys.is_empty() {
        Ok(())
    } else {
        Err(Failure::Findings)
    }
}

/// Puts a failure into words; what is wrong with the call itself in both languages.
fn failed(error: BackupError) -> Failure {
    match &error {
        BackupError::NotABackup(folder) => Failure::Usage {
            vi: format!("{} không trống và không phải bản sao lưu", folder.display()),
            en: error.to_string(),
        },
        BackupError::Exists(folder) => Failure::Usage {
            vi: format!(
                "{} không trống: chỉ khôi phục vào thư mục trống",
                folder.display()
            ),
            en: error.to_string(),
        },
        BackupError::OtherLog { folder, .. } => Failure::Usage {
            vi: format!(
                "{} là bản sao lưu của một kho khác; hãy dùng thư mục khác",
                folder.display()
            ),
            en: error.to_string(),
        },
        BackupError::OtherRestore(folder) => Failure::Usage {
            vi: format!(
                "{}: lần khôi phục khác chưa xong; hãy chạy lại lệnh đó hoặc làm trống thư mục",
                folder.display()
            ),
            en: error.to_string(),
        },
        BackupError::Beyond { wanted, last } => Failure::Usage {
            vi: format!("bản sao lưu kết thúc ở sự kiện {last}, trước sự kiện {wanted}"),
            en: error.to_string(),
        },
        _ => Failure::inside(error),
    }
}
