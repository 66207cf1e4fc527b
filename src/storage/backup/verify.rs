//! Reading a backup to its end and checking every byte of it.

use std::collections::BTreeMap;
use std::path::Path;

use super::create::place;
use super::error::BackupError;
use super::file;
use super::manifest::{Manifest, Point};
use super::source;
use crate::domain::Sha256;
use crate::domain::asset::AssetId;
use crate::storage::catalog::embedded::journal::names::path_of;
use crate::storage::catalog::embedded::journal::{Form, visit_text};
use crate::storage::catalog::record::{Stored, StoredRecord};

/// What was checked and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verified {
    /// Change sets read.
    pub change_sets: u64,
    /// Files read.
    pub files: u64,
    /// Files whose bytes do not have the hash they are named by.
    pub damaged: Vec<Sha256>,
    /// Files that works at the end of the journal have, and the backup has not.
    pub missing: Vec<Sha256>,
}

impl Verified {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.damaged.is_empty() && self.missing.is_empty()
    }
}

/// Checks every segment and every file of the backup in `dest`, and that every file is there that
/// a work refers to at its end. Changes nothing. `seen` is called for every file looked at.
///
/// # Errors
/// [`BackupError::Damaged`] for the first bad segment; [`BackupError::NotABackup`].
pub fn verify(dest: &Path, seen: &dyn Fn(u64)) -> Result<Verified, BackupError> {
    let manifest = Manifest::read(dest)?.ok_or_else(|| BackupError::NotABackup(dest.to_owned()))?;
    let mut verified = Verified::default();
    let referenced = read_journal(dest, &manifest, &mut verified)?;
    let folder = dest.join("blobs/sha256");
    for key in referenced {
        let path = place(&folder, key);
        if !path.is_file() {
            verified.missing.push(key);
            continue;
        }
        let (hash, _) = file::hash(&path)?;
        if hash != key {
            verified.damaged.push(key);
        }
        verified.files += 1;
        seen(verified.files);
    }
    Ok(verified)
}

/// Checks the segments and gives the files of all works at the end.
fn read_journal(
    dest: &Path,
    manifest: &Manifest,
    verified: &mut Verified,
) -> Result<Vec<Sha256>, BackupError> {
    let journal = dest.join("journal");
    let mut files: BTreeMap<AssetId, Vec<Sha256>> = BTreeMap::new();
    let mut start = Point::START;
    for entry in &manifest.segments {
        let text = source::text_in_backup(&journal, entry)?;
        let path = path_of(&journal, entry.first, Form::Plain);
        let (length, end) = source::whole_sets(&path, &text, start, false, &|_| true)?;
        if length != text.len() || end != entry.end || entry.first != start.change_set + 1 {
            return Err(BackupError::damaged(
                &path,
                "it does not end where it should",
            ));
        }
        visit_text(&text, entry.first, &mut |_, set| {
            for (_, line) in set {
                note_files(&line.write, &mut files);
            }
            true
        });
        start = end;
        verified.change_sets = end.change_set;
    }
    let mut referenced: Vec<Sha256> = files.into_values().flatten().collect();
    referenced.sort_unstable();
    referenced.dedup();
    Ok(referenced)
}

fn note_files(write: &StoredRecord, files: &mut BTreeMap<AssetId, Vec<Sha256>>) {
    let is_of_a_work = matches!(write, StoredRecord::Asset(_) | StoredRecord::Tombstone(_));
    if !is_of_a_work {
        return;
    }
    match Stored::try_from(write.clone()) {
        Ok(Stored::Asset(asset)) => {
            let keys = asset.blobs().map(|(key, _)| key).collect();
            files.insert(asset.id, keys);
        }
        Ok(Stored::Tombstone(tombstone)) => {
            files.remove(&tombstone.id);
        }
        _ => {}
    }
}
