//! The files of a work to download.

use super::super::href::Href;
use super::super::works::Text;
use super::media::describe;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::work::role;
use crate::interfaces::wire::{AssetDto, FileDto};

/// A file to download.
pub(super) struct DownloadView {
    /// Its bytes.
    pub href: Href,
    /// What it is, its type, length or frame, and size.
    pub link: String,
    /// Its caption.
    pub title: Option<Text>,
    /// The tag of its language.
    pub language: Option<String>,
    /// SHA-256 of the bytes.
    pub sha256: String,
    /// Whether these are not the bytes that were deposited: a copy without location and device.
    pub is_copy: bool,
}

/// The files that the reader gets.
pub(super) fn of(record: &AssetDto, language: Language) -> Vec<DownloadView> {
    let files = record.files.iter();
    files.filter_map(|file| download(file, language)).collect()
}

fn download(file: &FileDto, language: Language) -> Option<DownloadView> {
    let available = file.available.as_ref()?;
    Some(DownloadView {
        href: Href::own(available.address.clone()),
        link: format!(
            "{}: {}",
            role(file.role, language),
            describe(file, language)?
        ),
        title: Text::best(&file.title, language),
        language: file.language.clone(),
        sha256: available.sha256.clone(),
        is_copy: available.sha256 != file.sha256,
    })
}
