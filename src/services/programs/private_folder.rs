//! A folder that is there while a program works in it.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// How the names of private folders begin.
const PREFIX: &str = "work-";

/// The folders of the input, the output and of files that only the program needs.
pub(super) const INPUT: &str = "in";
pub(super) const OUTPUT: &str = "out";
pub(super) const SCRATCH: &str = "tmp";

/// A private folder; deleted when dropped.
#[derive(Debug)]
pub(super) struct PrivateFolder(PathBuf);

impl PrivateFolder {
    /// A new folder below `parent`. Blocks.
    pub(super) fn create(parent: &Path) -> io::Result<Self> {
        let mut builder = fs::DirBuilder::new();
        builder.mode(0o700);
        builder.recursive(true).create(parent)?;
        builder.recursive(false);
        let name = format!("{PREFIX}{}", uuid::Uuid::now_v7());
        let folder = Self(parent.canonicalize()?.join(name));
        builder.create(&folder.0)?;
        for part in [INPUT, OUTPUT, SCRATCH] {
            builder.create(folder.0.join(part))?;
        }
        Ok(folder)
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Bytes and number of the files that the program has written. Blocks.
    pub(super) fn written(&self) -> (u64, u64) {
        let mut folders = vec![self.0.join(OUTPUT), self.0.join(SCRATCH)];
        let (mut bytes, mut files) = (0, 0);
        while let Some(folder) = folders.pop() {
            // What vanishes meanwhile does not count.
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let Ok(metadata) = entry.metadata() else {
                    continue;
                };
                files += 1;
                bytes += metadata.len();
                if metadata.is_dir() {
                    folders.push(entry.path());
                }
            }
        }
        (bytes, files)
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, "a private folder could not be deleted; it will be at the next start");
        }
    }
}

/// Deletes what a killed archive left behind. Blocks.
pub(super) fn remove_leftovers(parent: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(parent) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    for entry in entries {
        let entry = entry?;
        let is_ours = entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.starts_with(PREFIX));
        if is_ours {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}
