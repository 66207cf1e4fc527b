//! Names of the journal's files.
//!
//! A segment is `<first seq, 20 digits>.ndjson` while it is written and `….ndjson.zst` once
//! sealed. `….zst.part` is an unfinished sealing. Files taken out of service get a suffix that
//! says why (`.torn`, `.discarded`, `.superseded`) and are never read again.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::storage::disk::Disk;

/// The two forms a segment can have on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Form {
    /// Plain text, as it was written.
    Plain,
    /// Compressed into independent frames.
    Sealed,
}

/// The segments of a folder by first seq, each in the form to read it in.
pub(crate) type Layout = BTreeMap<u64, Form>;

/// Where a segment is in one of its forms.
pub(crate) fn path_of(dir: &Path, first: u64, form: Form) -> PathBuf {
    match form {
        Form::Plain => dir.join(format!("{first:020}.ndjson")),
        Form::Sealed => dir.join(format!("{first:020}.ndjson.zst")),
    }
}

/// Which segment a file name belongs to, and in which form.
pub(crate) fn parse(name: &str) -> Option<(u64, Form)> {
    let (digits, form) = match name.strip_suffix(".ndjson") {
        Some(digits) => (digits, Form::Plain),
        None => (name.strip_suffix(".ndjson.zst")?, Form::Sealed),
    };
    let first = (digits.len() == 20)
        .then(|| digits.parse().ok())
        .flatten()?;
    (first > 0).then_some((first, form))
}

/// Whether the name is that of an unfinished sealing.
pub(crate) fn is_unfinished(name: &str) -> bool {
    name.ends_with(".ndjson.zst.part")
}

/// Takes a file out of service: renames it to `<name>.<why>`, or `<name>.<why>-2` and so on when
/// that name is taken. Nothing is overwritten. Gives the new path; the caller syncs the folder.
///
/// # Errors
/// Those of the file system.
pub(crate) fn set_aside(disk: &dyn Disk, path: &Path, why: &str) -> io::Result<PathBuf> {
    let aside = free_name(disk, path, why)?;
    disk.rename(path, &aside)?;
    Ok(aside)
}

/// The first unused name of the form `<name>.<why>`.
///
/// # Errors
/// Those of the file system.
pub(crate) fn free_name(disk: &dyn Disk, path: &Path, why: &str) -> io::Result<PathBuf> {
    let mut count = 1;
    loop {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{why}"));
        if count > 1 {
            name.push(format!("-{count}"));
        }
        let name = PathBuf::from(name);
        if disk.len(&name)?.is_none() {
            return Ok(name);
        }
        count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, parse};

    #[test]
    fn only_names_of_segments_are_taken_for_segments() {
        for (name, expected) in [
            ("00000000000000000001.ndjson", Some((1, Form::Plain))),
            ("00000000000000000042.ndjson.zst", Some((42, Form::Sealed))),
            ("00000000000000000000.ndjson", None),
            ("1.ndjson", None),
            ("00000000000000000001.ndjson.zst.part", None),
            ("00000000000000000001.ndjson.torn", None),
            ("00000000000000000001.ndjson.zst.bak", None),
            ("lost+found", None),
        ] {
            assert_eq!(parse(name), expected, "{name}");
        }
    }
}
