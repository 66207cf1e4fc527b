//! Detects the type of a ZIP file: office documents and books by the names of their entries.
//!
//! The names come from the directory at the end of the file, which alone says what is in it: an entry may
//! be a ZIP file itself. Entries are only listed, never unpacked, so a decompression bomb has nothing to
//! explode in. What is in documents is read by [`super::full_text`].

use std::borrow::Cow;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// Documents that name themselves in their first, uncompressed entry `mimetype`
/// (OpenDocument 1.3 part 2, EPUB OCF 3).
const SELF_NAMED: [&str; 7] = [
    "application/epub+zip",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
    "application/vnd.oasis.opendocument.graphics",
    "application/vnd.oasis.opendocument.text-template",
    "application/vnd.oasis.opendocument.presentation-template",
];

/// Office Open XML (ECMA-376) by the folder of its main part: without and with macros.
const OFFICE: [(&str, &str, &str); 3] = [
    (
        "word/",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.ms-word.document.macroEnabled.12",
    ),
    (
        "xl/",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.ms-excel.sheet.macroEnabled.12",
    ),
    (
        "ppt/",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
    ),
];

const LOCAL_HEADER: &[u8; 4] = b"PK\x03\x04";
/// The most entries that are listed.
const MAX_ENTRIES: usize = 100_000;

/// Whether a file begins as a ZIP archive.
pub(super) fn begins(head: &[u8]) -> bool {
    head.starts_with(LOCAL_HEADER)
}

/// The names in the directory of a ZIP file; none when it has no valid directory.
pub(super) fn entries(path: &Path) -> Vec<String> {
    let Ok(file) = File::open(path) else {
        return Vec::new();
    };
    let Ok(archive) = ::zip::ZipArchive::new(BufReader::new(file)) else {
        return Vec::new();
    };
    let names = archive.file_names().take(MAX_ENTRIES);
    names.flatten().map(Cow::into_owned).collect()
}

/// The types that [`recognise`] gives.
pub(super) fn types() -> impl Iterator<Item = &'static str> {
    let office = OFFICE.iter();
    let office = office.flat_map(|(_, plain, with_macros)| [*plain, *with_macros]);
    let archives = ["application/zip", "application/java-archive"];
    archives.into_iter().chain(SELF_NAMED).chain(office)
}

/// The media type of a ZIP file, from its first bytes and the names in its directory.
pub(super) fn recognise(head: &[u8], names: &[String]) -> &'static str {
    let has = |name: &str| names.iter().any(|known| known == name);
    if has("mimetype")
        && let Some(named) = self_named(head)
    {
        return named;
    }
    if has("META-INF/MANIFEST.MF") {
        return "application/java-archive";
    }
    if !has("[Content_Types].xml") {
        return "application/zip";
    }
    let has_macros = names.iter().any(|name| name.ends_with("vbaProject.bin"));
    let main_part = |folder: &str| names.iter().any(|name| name.starts_with(folder));
    match OFFICE.iter().find(|(folder, ..)| main_part(folder)) {
        Some((_, _, with_macros)) if has_macros => with_macros,
        Some((_, plain, _)) => plain,
        None => "application/zip",
    }
}

fn self_named(head: &[u8]) -> Option<&'static str> {
    const NAME: &[u8] = b"mimetype";
    let name_length = u16_at(head, 26)?;
    let extra_length = u16_at(head, 28)?;
    let content = 30 + name_length + extra_length;
    if head.get(30..30 + name_length)? != NAME {
        return None;
    }
    let rest = head.get(content..)?;
    // The longest match: a template's type begins as its document's.
    SELF_NAMED
        .into_iter()
        .filter(|known| rest.starts_with(known.as_bytes()))
        .max_by_key(|known| known.len())
}

fn u16_at(bytes: &[u8], at: usize) -> Option<usize> {
    let pair = bytes.get(at..at + 2)?;
    Some(usize::from(u16::from_le_bytes([pair[0], pair[1]])))
}
