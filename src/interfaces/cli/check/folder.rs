//! The data folder: is it there, whose is it, can files be written and linked in it.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};
use rustix::process::geteuid;

use super::finding::{Finding, State};
use crate::config::Config;
use crate::interfaces::messages::Language;
use crate::storage::backup;

/// Folders between which files are linked; they must be on one file system.
const LINKED: [&str; 5] = ["blobs", "staging", "partial", "trash", "quarantine"];

/// Everything about the folder.
pub(super) fn check(config: &Config, language: Language) -> Vec<Finding> {
    let data = &config.storage.data_dir;
    match fs::metadata(data) {
        Ok(found) if found.is_dir() => existing(data, &found, language),
        Ok(_) => {
            let [subject, detail, remedy] = language.pick(
                ["thư mục", "không phải là thư mục", "sửa storage.data_dir"],
                ["folder", "is not a folder", "mend storage.data_dir"],
            );
            let detail = format!("{} {detail}", data.display());
            vec![Finding::fail(subject, detail, remedy)]
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => vec![missing(data, language)],
        Err(error) => {
            let [subject, remedy] = language.pick(
                ["thư mục", "cấp quyền đọc thư mục này"],
                ["folder", "give the right to read it"],
            );
            let detail = format!("{}: {error}", data.display());
            vec![Finding::fail(subject, detail, remedy)]
        }
    }
}

/// A folder that the first start would make.
fn missing(data: &Path, language: Language) -> Finding {
    let [subject, will, cannot, remedy] = language.pick(
        [
            "thư mục",
            "chưa có, sẽ được tạo khi khởi động",
            "chưa có và không tạo được",
            "tạo thư mục và giao cho người dùng chạy kho",
        ],
        [
            "folder",
            "is missing and will be made at the first start",
            "is missing and cannot be made",
            "make it and give it to the user the archive runs as",
        ],
    );
    let nearest = data.ancestors().skip(1).find(|folder| {
        // The parent of a relative name is the working directory.
        folder.as_os_str().is_empty() || folder.exists()
    });
    let parent = match nearest {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let shown = data.display();
    if parent.is_dir() && access(parent, Access::WRITE_OK | Access::EXEC_OK).is_ok() {
        Finding::ok(subject, format!("{shown} {will}"))
    } else {
        Finding::fail(subject, format!("{shown} {cannot}"), remedy)
    }
}

fn existing(data: &Path, found: &fs::Metadata, language: Language) -> Vec<Finding> {
    let content = content(data, language);
    // What is not of the archive is not ours to write to or to give away.
    if content.state != State::Ok {
        return vec![content];
    }
    let mut findings = vec![content];
    findings.push(owner(data, found, language));
    if found.mode() & 0o007 != 0 {
        findings.push(open_to_all(data, found.mode(), language));
    }
    findings.push(writing(data, language));
    findings.extend(apart(data, language));
    findings
}

/// What is in it: an archive, nothing, or something else.
fn content(data: &Path, language: Language) -> Finding {
    let [subject, archive, empty, foreign, own] = language.pick(
        [
            "thư mục",
            "có kho",
            "trống, kho sẽ được tạo khi khởi động",
            "có tệp nhưng không có kho",
            "dùng một thư mục riêng, hoặc kiểm tra lại storage.data_dir",
        ],
        [
            "folder",
            "holds an archive",
            "is empty, an archive will be made at the first start",
            "holds files but no archive",
            "use a folder of its own, or look at storage.data_dir again",
        ],
    );
    let [unfinished, repeat] = language.pick(
        [
            "lần khôi phục chưa xong",
            "chạy lại lệnh `khochung restore` đó",
        ],
        [
            "a restore was not finished",
            "repeat that `khochung restore`",
        ],
    );
    let shown = data.display();
    if backup::is_unfinished(data) {
        return Finding::fail(subject, format!("{shown}: {unfinished}"), repeat);
    }
    if data.join("catalog").is_dir() {
        return Finding::ok(subject, format!("{shown} {archive}"));
    }
    let mut entries = fs::read_dir(data).into_iter().flatten().flatten();
    if entries.all(|entry| entry.file_name() == "lost+found") {
        Finding::ok(subject, format!("{shown} {empty}"))
    } else {
        Finding::warn(subject, format!("{shown} {foreign}"), own)
    }
}

/// Whether everything belongs to one user, and whether that is who checks.
fn owner(data: &Path, found: &fs::Metadata, language: Language) -> Finding {
    let [subject, one, other, as_root] = language.pick(
        [
            "quyền",
            "mọi thứ thuộc cùng một người dùng",
            "thuộc người dùng khác với thư mục dữ liệu",
            "kiểm tra bằng root không cho biết người dùng đó có đủ quyền hay không",
        ],
        [
            "permissions",
            "everything belongs to one user",
            "belongs to another user than the data folder",
            "a check by root does not tell whether that user has the rights",
        ],
    );
    let owner = found.uid();
    if let Some(foreign) = foreign_entry(data, owner) {
        let remedy = format!("chown -R {owner}:{} {}", found.gid(), data.display());
        return Finding::fail(subject, format!("{} {other}", foreign.display()), remedy);
    }
    if geteuid().is_root() && owner != 0 {
        let run = language.pick("chạy lại bằng", "check again as that user:");
        return Finding::warn(
            subject,
            as_root,
            format!("{run} `sudo -u '#{owner}' khochung check`"),
        );
    }
    Finding::ok(subject, one)
}

/// The first entry, two levels deep, that belongs to somebody else.
fn foreign_entry(data: &Path, owner: u32) -> Option<PathBuf> {
    let children = |folder: &Path| {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect::<Vec<_>>()
    };
    let top = children(data);
    let below = top
        .iter()
        .filter(|path| path.is_dir())
        .flat_map(|path| children(path));
    let is_foreign = |path: &PathBuf| {
        let is_of_the_volume = path.ends_with("lost+found");
        let found = fs::symlink_metadata(path);
        !is_of_the_volume && found.is_ok_and(|found| found.uid() != owner)
    };
    top.iter().cloned().chain(below).find(is_foreign)
}

/// Who may read the folder may administer the archive (`run/control.json`), and reads embargoed works.
fn open_to_all(data: &Path, mode: u32, language: Language) -> Finding {
    let [subject, detail] = language.pick(
        ["quyền", "mọi người dùng của máy đều vào được"],
        ["permissions", "every user of this machine may enter it"],
    );
    let detail = format!("{} ({:03o}): {detail}", data.display(), mode & 0o777);
    Finding::warn(subject, detail, format!("chmod o= {}", data.display()))
}

/// Whether files can be written and linked, tried out.
fn writing(data: &Path, language: Language) -> Finding {
    let [subject, works, cannot_write, cannot_link] = language.pick(
        [
            "ghi",
            "ghi và tạo liên kết cứng được",
            "không ghi được",
            "hệ thống tệp không có liên kết cứng",
        ],
        [
            "writing",
            "files can be written and linked",
            "files cannot be written",
            "the file system has no hard links",
        ],
    );
    let [give, other] = language.pick(
        [
            "cấp quyền ghi cho người dùng chạy kho (chown), xem ổ đĩa có bị gắn chỉ đọc không",
            "dùng ổ đĩa ext4, xfs hoặc zfs",
        ],
        [
            "give the folder to the user the archive runs as (chown); is the disk mounted read-only?",
            "use a disk with ext4, xfs or zfs",
        ],
    );
    let probe = data.join(format!(".khochung-check-{}", std::process::id()));
    let link = probe.with_extension("link");
    let written = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&probe);
    let finding = match written {
        Err(error) => Finding::fail(subject, format!("{cannot_write}: {error}"), give),
        Ok(_) => match fs::hard_link(&probe, &link) {
            Err(error) => Finding::fail(subject, format!("{cannot_link}: {error}"), other),
            Ok(()) => Finding::ok(subject, works),
        },
    };
    drop(fs::remove_file(&link));
    drop(fs::remove_file(&probe));
    finding
}

/// A folder that is on another file system than the data folder.
fn apart(data: &Path, language: Language) -> Option<Finding> {
    let volume = |path: &Path| fs::metadata(path).ok().map(|found| found.dev());
    let own = volume(data);
    let apart = LINKED
        .iter()
        .map(|name| data.join(name))
        .find(|path| path.exists() && volume(path) != own)?;
    let [subject, detail, remedy] = language.pick(
        [
            "thư mục",
            "nằm trên hệ thống tệp khác",
            "đặt cả thư mục dữ liệu lên ổ đĩa lớn",
        ],
        [
            "folder",
            "is on another file system",
            "put the whole data folder on the large disk",
        ],
    );
    Some(Finding::fail(
        subject,
        format!("{} {detail}", apart.display()),
        remedy,
    ))
}
