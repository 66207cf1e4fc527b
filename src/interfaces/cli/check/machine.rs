//! What the machine gives: room on the disk, the time, open files, memory.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use rustix::fs::statvfs;
use rustix::process::{Resource, getrlimit};

use super::finding::Finding;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::Timestamp;
use crate::interfaces::cli::version;
use crate::interfaces::messages::Language;

/// Free inodes below which a warning is due: a work with a picture takes about ten files.
const FEW_INODES: u64 = 10_000;

/// Open files that a busy archive needs: connections, segments of the index, files on their way.
const OPEN_FILES: u64 = 4096;

/// What file clocks and this one may differ by.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(120);

const MIB: u64 = 1024 * 1024;

/// Free space and inodes on the volume of the data folder.
pub(super) fn disk(config: &Config, language: Language) -> Finding {
    let [subject, free, unknown, look] = language.pick(
        [
            "đĩa",
            "MiB còn trống",
            "không đọc được dung lượng",
            "kiểm tra storage.data_dir",
        ],
        [
            "disk",
            "MiB free",
            "the free space cannot be read",
            "look at storage.data_dir",
        ],
    );
    let [room, reserve, inodes] = language.pick(
        [
            "thêm dung lượng; dưới storage.min_free_bytes kho từ chối ghi (507)",
            "gần mức storage.min_free_bytes",
            "còn ít inode",
        ],
        [
            "make room; below storage.min_free_bytes writes are refused (507)",
            "near storage.min_free_bytes",
            "few inodes left",
        ],
    );
    let data = &config.storage.data_dir;
    let Some(volume) = data
        .ancestors()
        .find_map(|folder| statvfs(or_here(folder)).ok())
    else {
        return Finding::warn(subject, unknown, look);
    };
    let bytes = volume.f_bavail.saturating_mul(volume.f_frsize);
    let least = config.storage.min_free_bytes;
    let detail = format!("{} {free}", bytes / MIB);
    if bytes < least {
        return Finding::fail(subject, detail, room);
    }
    if bytes < least.saturating_mul(4) {
        return Finding::warn(subject, format!("{detail}, {reserve}"), room);
    }
    // File systems without a table of inodes tell 0 of 0.
    if volume.f_files > 0 && volume.f_favail < FEW_INODES {
        return Finding::warn(
            subject,
            format!("{detail}, {inodes}: {}", volume.f_favail),
            room,
        );
    }
    Finding::ok(subject, detail)
}

fn or_here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    }
}

/// Whether the time can be right, and whether anything keeps it so.
pub(super) fn clock(config: &Config, language: Language) -> Finding {
    let [subject, before_sources, before_journal, set] = language.pick(
        [
            "đồng hồ",
            "chậm hơn ngày của phiên bản này",
            "chậm hơn lần ghi cuối của kho",
            "đặt lại giờ (NTP) trước khi khởi động",
        ],
        [
            "clock",
            "is behind the date of this version",
            "is behind the last change of the archive",
            "set the time (NTP) before the archive starts",
        ],
    );
    let [kept, unknown, install] = language.pick(
        [
            "được đồng bộ",
            "không biết có được đồng bộ hay không",
            "bật systemd-timesyncd hoặc chrony; trong container, máy chủ giữ giờ",
        ],
        [
            "synchronised",
            "nothing tells that it is synchronised",
            "enable systemd-timesyncd or chrony; in a container the host keeps the time",
        ],
    );
    let now = Clock::system().now();
    if version::source_date().is_some_and(|date| now < date) {
        return Finding::fail(subject, format!("{now} {before_sources}"), set);
    }
    if let Some(last) = last_change(&config.storage.data_dir)
        && millis(last).saturating_sub(millis(CLOCK_TOLERANCE)) > now.as_millis()
    {
        let last = Timestamp::from_millis(millis(last));
        return Finding::fail(subject, format!("{now} {before_journal}, {last}"), set);
    }
    if is_synchronised() {
        Finding::ok(subject, format!("{now}, {kept}"))
    } else {
        Finding::warn(subject, format!("{now}, {unknown}"), install)
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// When the journal was last written to, since 1970.
fn last_change(data: &Path) -> Option<Duration> {
    let segments = fs::read_dir(data.join("catalog").join("journal")).ok()?;
    segments
        .flatten()
        .filter_map(|segment| segment.metadata().ok()?.modified().ok())
        .filter_map(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok())
        .max()
}

/// As systemd-timesyncd says by its file, or any other service by `timedatectl`.
fn is_synchronised() -> bool {
    if Path::new("/run/systemd/timesync/synchronized").exists() {
        return true;
    }
    let status = Command::new("timedatectl")
        .args(["show", "--property=NTPSynchronized", "--value"])
        .output();
    status.is_ok_and(|output| output.stdout.trim_ascii() == b"yes")
}

/// How many files the process may have open.
pub(super) fn open_files(language: Language) -> Finding {
    let [subject, remedy] = language.pick(
        [
            "số tệp mở",
            "tăng giới hạn: LimitNOFILE= trong systemd, hoặc `ulimit -n`",
        ],
        [
            "open files",
            "raise the limit: LimitNOFILE= of systemd, or `ulimit -n`",
        ],
    );
    match getrlimit(Resource::Nofile).current {
        Some(limit) if limit < OPEN_FILES => {
            Finding::warn(subject, format!("{limit} < {OPEN_FILES}"), remedy)
        }
        Some(limit) => Finding::ok(subject, limit.to_string()),
        None => Finding::ok(subject, "unlimited"),
    }
}

/// Whether the caches and the index writer fit into memory.
pub(super) fn memory(config: &Config, language: Language) -> Finding {
    let [subject, of, remedy] = language.pick(
        [
            "bộ nhớ",
            "MiB có thể dùng, cần đến",
            "giảm storage.cache_bytes, search.cache_bytes, search.writer_memory_bytes, media.max_decode_bytes",
        ],
        [
            "memory",
            "MiB available; may need",
            "lower storage.cache_bytes, search.cache_bytes, search.writer_memory_bytes, media.max_decode_bytes",
        ],
    );
    let search = &config.search;
    let most = config.storage.cache_bytes
        + search.cache_bytes as u64
        + (search.writer_memory_bytes * search.writer_threads) as u64
        + config.media.max_decode_bytes;
    let Some(available) = available_memory() else {
        return Finding::ok(subject, "/proc/meminfo?");
    };
    let detail = format!("{} {of} {} MiB", available / MIB, most / MIB);
    if available < most {
        Finding::warn(subject, detail, remedy)
    } else {
        Finding::ok(subject, detail)
    }
}

fn available_memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}
