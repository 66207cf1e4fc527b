//! The files of a work as pages name them: what they are, their type, length or frame, and size.

use super::href::Href;
use super::works::Text;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::format;
use crate::interfaces::messages::portal::work::role;
use crate::interfaces::wire::{AssetDto, CopyDto, FileDto};

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

/// The files that the reader gets, each with the copies for stations that are made of it.
pub fn downloads(record: &AssetDto, language: Language) -> Vec<DownloadView> {
    let files = record.files.iter();
    files.flat_map(|file| of_file(file, language)).collect()
}

/// A file that the reader gets, and the copies for stations that are made of it.
pub fn of_file(file: &FileDto, language: Language) -> Vec<DownloadView> {
    let copies = file.sound.iter().flat_map(|sound| &sound.copies);
    let copies = copies.filter_map(|copy| station_copy(copy, language));
    download(file, language).into_iter().chain(copies).collect()
}

/// What a station should know of the recordings, such as that one is too quiet.
pub fn sound_notes(record: &AssetDto, language: Language) -> Vec<String> {
    let sounds = record.files.iter().filter_map(|file| file.sound.as_ref());
    let notes = sounds.flat_map(|sound| &sound.notes);
    notes
        .map(|note| language.pick(&note.vi, &note.en).clone())
        .collect()
}

fn station_copy(copy: &CopyDto, language: Language) -> Option<DownloadView> {
    let file = copy.file.as_ref()?;
    let parts = [
        Some(format::media_type(&file.media_type)),
        Some(format::exact_duration(file.duration_ms, language)),
        Some(format::size(file.size, language)),
        file.loudness_lufs
            .map(|level| format::loudness(level.as_f64(), language)),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let name =
        Text::best(&copy.title, language).map_or_else(|| copy.profile.clone(), |title| title.text);
    Some(DownloadView {
        href: Href::own(file.address.clone()),
        link: format!("{name}: {}", parts.join(", ")),
        title: None,
        language: None,
        sha256: file.sha256.clone(),
        is_sound: true,
        is_copy: false,
    })
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
