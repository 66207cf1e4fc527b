//! The files of a work as pages name them: what they are, their type, length or frame, and size.

use super::href::Href;
use super::works::Text;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::format;
use crate::interfaces::messages::portal::work::role;
use crate::interfaces::wire::{AssetDto, FileDto};

/// A file to download.
pub struct DownloadView {
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
    /// Whether it is sound.
    pub is_sound: bool,
    /// Whether these are not the bytes that were deposited: a copy without location and device.
    pub is_copy: bool,
}

/// The files that the reader gets.
pub fn downloads(record: &AssetDto, language: Language) -> Vec<DownloadView> {
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
        is_sound: available.media_type.starts_with("audio/"),
        is_copy: available.sha256 != file.sha256,
    })
}

/// Type, length or frame, and size of what the reader gets of a file.
pub fn describe(file: &FileDto, language: Language) -> Option<String> {
    let available = file.available.as_ref()?;
    let essence = available.media_type.split(';').next().unwrap_or_default();
    let length = file.duration_ms.map(|ms| format::duration(ms, language));
    let frame = file.width_px.zip(file.height_px).map(|(width, height)| {
        let number = |pixels: u32| format::number(pixels.into(), language);
        format!("{} × {}", number(width), number(height))
    });
    let size = format::size(available.size, language);
    let parts = [
        Some(format::media_type(essence)),
        length.or(frame),
        Some(size),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    Some(parts.join(", "))
}
