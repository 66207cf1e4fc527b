//! The files that rows name: entries of uploaded ZIP archives, and uploads by themselves.
//!
//! Names are compared in NFC and with `/` between folders; when none is equal, without regard to case. A name that several
//! uploads have is ambiguous; of two entries of one archive with one name the later counts, as for unzip. A name that leads out of the archive does not exist. Entries are unpacked one at a time, and no
//! further than to the length that they announce, which is bounded.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;
use unicode_normalization::UnicodeNormalization as _;
use zip::ZipArchive;

use super::error::{FileRefusal, SourceError};
use crate::services::uploads::FinishedUpload;
use crate::storage::blobs::{Announced, BlobError, PartialFiles, Staged, Staging, StagingError};
use crate::storage::blocking;

/// Entries that an archive may have.
const MAX_ENTRIES: usize = 50_000;

/// Entries up to this length are unpacked in memory, so that several are made durable at the same time.
const IN_MEMORY: u64 = 1 << 20;

/// Bytes that are passed on at once.
const PIECE: usize = 256 * 1024;

/// Where the bytes of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Entry { archive: usize, index: usize },
    Upload(usize),
}

#[derive(Debug, Clone, Copy)]
struct Known {
    place: Place,
    length: u64,
}

type Archive = Arc<Mutex<ZipArchive<BufReader<File>>>>;

/// The files that rows can name.
pub(super) struct Sources {
    archives: Vec<Archive>,
    uploads: Vec<FinishedUpload>,
    by_name: HashMap<String, Vec<Known>>,
    /// The names without regard to case.
    folded: HashMap<String, Vec<String>>,
    files: PartialFiles,
    staging: Staging,
    limit: u64,
}

impl Sources {
    /// Reads the names. Blocks.
    ///
    /// # Errors
    /// [`SourceError`] when an archive cannot be read.
    pub(super) fn open(
        archives: &[FinishedUpload],
        uploads: Vec<(FinishedUpload, String)>,
        (files, staging): (PartialFiles, Staging),
        limit: u64,
    ) -> Result<Self, SourceError> {
        let mut sources = Self {
            archives: Vec::new(),
            uploads: Vec::new(),
            by_name: HashMap::new(),
            folded: HashMap::new(),
            files,
            staging,
            limit,
        };
        for archive in archives {
            sources.add_archive(archive)?;
        }
        for (upload, name) in uploads {
            let place = Place::Upload(sources.uploads.len());
            let length = upload.length;
            sources.add(&name, Known { place, length });
            sources.uploads.push(upload);
        }
        Ok(sources)
    }

    fn add_archive(&mut self, archive: &FinishedUpload) -> Result<(), SourceError> {
        let file = File::open(&archive.path).map_err(|_| SourceError::Missing)?;
        let mut opened =
            ZipArchive::new(BufReader::new(file)).map_err(|_| SourceError::NoArchive)?;
        if opened.len() > MAX_ENTRIES {
            return Err(SourceError::TooManyEntries(MAX_ENTRIES));
        }
        let number = self.archives.len();
        for index in 0..opened.len() {
            let entry = opened.by_index_raw(index);
            let entry = entry.map_err(|_| SourceError::NoArchive)?;
            // A path that leads out of the archive or is absolute has no enclosed name.
            if entry.is_dir() || entry.is_symlink() || entry.enclosed_name().is_none() {
                continue;
            }
            let (archive, length) = (number, entry.size());
            let place = Place::Entry { archive, index };
            let name = entry.name().map(Cow::into_owned);
            drop(entry);
            if let Ok(name) = name {
                self.add(&name, Known { place, length });
            }
        }
        self.archives.push(Arc::new(Mutex::new(opened)));
        Ok(())
    }

    fn add(&mut self, name: &str, known: Known) {
        let Some(name) = normal(name) else { return };
        let folded = self.folded.entry(name.to_lowercase()).or_default();
        if !folded.contains(&name) {
            folded.push(name.clone());
        }
        self.by_name.entry(name).or_default().push(known);
    }

    /// The length of the file with this name, in bytes.
    ///
    /// # Errors
    /// [`FileRefusal`].
    pub(super) fn length(&self, name: &str) -> Result<u64, FileRefusal> {
        let known = self.find(name)?;
        if known.length > self.limit {
            return Err(FileRefusal::TooLarge(self.limit));
        }
        Ok(known.length)
    }

    fn find(&self, name: &str) -> Result<Known, FileRefusal> {
        let wanted = normal(name).ok_or(FileRefusal::Outside)?;
        let found = match self.by_name.get(&wanted) {
            Some(found) => found,
            None => match self.folded.get(&wanted.to_lowercase()).map(Vec::as_slice) {
                Some([one]) => self.by_name.get(one).ok_or(FileRefusal::Missing)?,
                Some(_) => return Err(FileRefusal::Ambiguous),
                None => return Err(FileRefusal::Missing),
            },
        };
        match found.as_slice() {
            [one] => Ok(*one),
            _ => Err(FileRefusal::Ambiguous),
        }
    }

    /// Stages the bytes of a file.
    ///
    /// # Errors
    /// [`FileRefusal`]; [`BlobError`] when the disk refuses.
    pub(super) async fn stage(&self, name: &str) -> Result<Result<Staged, FileRefusal>, BlobError> {
        let length = match self.length(name) {
            Ok(length) => length,
            Err(refusal) => return Ok(Err(refusal)),
        };
        match self.find(name) {
            Err(refusal) => Ok(Err(refusal)),
            Ok(Known {
                place: Place::Upload(number),
                ..
            }) => {
                let staged = match self.uploads.get(number) {
                    Some(upload) => self.files.stage(&upload.name, None, &self.staging).await?,
                    None => return Ok(Err(FileRefusal::Missing)),
                };
                Ok(Ok(staged))
            }
            Ok(Known {
                place: Place::Entry { archive, index },
                ..
            }) => match self.archives.get(archive) {
                Some(archive) if length <= IN_MEMORY => {
                    self.stage_short(Arc::clone(archive), index, length).await
                }
                Some(archive) => self.stage_long(Arc::clone(archive), index, length).await,
                None => Ok(Err(FileRefusal::Missing)),
            },
        }
    }

    async fn stage_short(
        &self,
        archive: Archive,
        index: usize,
        length: u64,
    ) -> Result<Result<Staged, FileRefusal>, BlobError> {
        let unpack = move || {
            let mut archive = archive.lock().unwrap_or_else(PoisonError::into_inner);
            let entry = archive.by_index(index).map_err(|_| FileRefusal::Damaged)?;
            let mut bytes = Vec::new();
            let read = entry.take(length + 1).read_to_end(&mut bytes);
            match read {
                Ok(_) if bytes.len() as u64 == length => Ok(bytes),
                _ => Err(FileRefusal::Damaged),
            }
        };
        match blocking(unpack).await {
            Ok(bytes) => Ok(Ok(self.staging.stage(bytes).await?)),
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    async fn stage_long(
        &self,
        archive: Archive,
        index: usize,
        length: u64,
    ) -> Result<Result<Staged, FileRefusal>, BlobError> {
        let announced = Announced {
            length: Some(length),
            ..Announced::default()
        };
        let Ok(mut incoming) = self.staging.begin(announced, self.limit) else {
            return Ok(Err(FileRefusal::TooLarge(self.limit)));
        };
        let (sender, mut receiver) = mpsc::channel::<Vec<u8>>(4);
        let unpack = blocking(move || {
            let mut archive = archive.lock().unwrap_or_else(PoisonError::into_inner);
            let entry = archive.by_index(index).map_err(|_| FileRefusal::Damaged)?;
            let mut entry = entry.take(length + 1);
            loop {
                let mut piece = vec![0; PIECE];
                let read = entry.read(&mut piece).map_err(|_| FileRefusal::Damaged)?;
                piece.truncate(read);
                // Nobody receives any more when the disk refused.
                if read == 0 || sender.blocking_send(piece).is_err() {
                    return Ok(());
                }
            }
        });
        let receive = async move {
            while let Some(piece) = receiver.recv().await {
                incoming.write(&piece).await?;
            }
            incoming.finish().await
        };
        let (unpacked, received) = futures_util::join!(unpack, receive);
        match (unpacked, received) {
            (Err(refusal), _) => Ok(Err(refusal)),
            (Ok(()), Ok(staged)) => Ok(Ok(staged)),
            (Ok(()), Err(StagingError::Store(error))) => Err(error),
            (Ok(()), Err(_)) => Ok(Err(FileRefusal::Damaged)),
        }
    }
}

/// A name in NFC with `/` between its parts; none for one that leads out.
fn normal(name: &str) -> Option<String> {
    let name: String = name.nfc().collect::<String>().replace('\\', "/");
    if name.starts_with('/') {
        return None;
    }
    let mut parts = Vec::new();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => return None,
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn names_that_lead_out_are_none_and_the_others_are_alike() {
        for (name, expected) in [
            ("anh/1.jpg", Some("anh/1.jpg")),
            ("./anh//1.jpg", Some("anh/1.jpg")),
            ("anh\\1.jpg", Some("anh/1.jpg")),
            // From Python's unicodedata.
            ("a\u{301}p.jpg", Some("\u{e1}p.jpg")),
            ("../1.jpg", None),
            ("anh/../../1.jpg", None),
            ("/etc/passwd", None),
            ("", None),
        ] {
            assert_eq!(normal(name).as_deref(), expected, "{name}");
        }
    }
}
