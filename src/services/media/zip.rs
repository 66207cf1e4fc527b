//! Detects the type of a ZIP file: office documents and books by the names of their entries.
//!
//! Entries are only listed, never unpacked, so a decompression bomb has nothing to explode in.

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
const DIRECTORY_ENTRY: &[u8; 4] = b"PK\x01\x02";

/// Whether a file begins as a ZIP archive.
pub(super) fn begins(head: &[u8]) -> bool {
    head.starts_with(LOCAL_HEADER)
}

/// The media type of a ZIP file, from its first bytes and its last (which contain the directory).
pub(super) fn recognise(head: &[u8], tail: &[u8]) -> &'static str {
    if let Some(named) = self_named(head) {
        return named;
    }
    let names: Vec<&str> = names(head, LOCAL_HEADER, 26, 30)
        .chain(names(tail, DIRECTORY_ENTRY, 28, 46))
        .collect();
    if names.contains(&"META-INF/MANIFEST.MF") {
        return "application/java-archive";
    }
    if !names.contains(&"[Content_Types].xml") {
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

/// Entry names after each `signature`: the length is `length_at` bytes after it, the name `name_at` bytes
/// after it.
fn names<'a>(
    bytes: &'a [u8],
    signature: &'static [u8; 4],
    length_at: usize,
    name_at: usize,
) -> impl Iterator<Item = &'a str> {
    bytes
        .windows(signature.len())
        .enumerate()
        .filter(move |(_, window)| window == signature)
        .filter_map(move |(at, _)| {
            let length = u16_at(bytes, at + length_at)?;
            std::str::from_utf8(bytes.get(at + name_at..at + name_at + length)?).ok()
        })
}

fn u16_at(bytes: &[u8], at: usize) -> Option<usize> {
    let pair = bytes.get(at..at + 2)?;
    Some(usize::from(u16::from_le_bytes([pair[0], pair[1]])))
}
