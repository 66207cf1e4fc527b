//! Moves files that were taken out of the way.

use std::io;
use std::path::{Path, PathBuf};

/// Where files go that became works.
const DONE: &str = "done";

/// Where files go that were refused.
const FAILED: &str = "failed";

/// Moves a file to `done`. Blocks.
pub(super) fn done(folder: &Path, name: &str) -> io::Result<()> {
    moved(folder, DONE, name).map(drop)
}

/// Moves a file to `failed` and writes beside it why. Blocks.
pub(super) fn failed(folder: &Path, name: &str, why: &str) -> io::Result<()> {
    let file = moved(folder, FAILED, name)?;
    let mut text = file.into_os_string();
    text.push(".txt");
    std::fs::write(text, format!("{why}\n"))
}

/// The new place; a number keeps an earlier file of the same name.
fn moved(folder: &Path, to: &str, name: &str) -> io::Result<PathBuf> {
    let target = folder.join(to);
    std::fs::create_dir_all(&target)?;
    let mut place = target.join(name);
    let mut number = 1;
    while place.symlink_metadata().is_ok() {
        number += 1;
        place = target.join(match name.rsplit_once('.') {
            Some((stem, extension)) => format!("{stem} ({number}).{extension}"),
            None => format!("{name} ({number})"),
        });
    }
    std::fs::rename(folder.join(name), &place)?;
    Ok(place)
}
