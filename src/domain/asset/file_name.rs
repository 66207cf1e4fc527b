//! Cleans the names of deposited files before they are stored.
//!
//! A name is only for showing and for saving a download: bytes are found by their SHA-256, so a
//! name may be shortened or replaced without losing anything.

use crate::domain::text::{hides_in_a_line, nfc};

/// The longest name in bytes: what file systems take.
pub const MAX_BYTES: usize = 255;

/// The longest thing after a dot that is kept as an extension, dot included.
const MAX_EXTENSION_BYTES: usize = 17;

/// Media types whose extension is not their subtype.
const OTHER_EXTENSIONS: [(&str, &str); 7] = [
    ("application/octet-stream", "bin"),
    ("audio/mp4", "m4a"),
    ("audio/mpeg", "mp3"),
    ("image/jpeg", "jpg"),
    ("image/svg+xml", "svg"),
    ("image/vnd.microsoft.icon", "ico"),
    ("text/plain", "txt"),
];

/// Keeps the last part of a path, drops control and bidirectional characters, brings the rest to
/// NFC and to at most [`MAX_BYTES`] without cutting the extension. Never empty, never `.` or `..`.
pub fn clean(raw: &str) -> String {
    let last = raw.rsplit(['/', '\\']).next().unwrap_or_default();
    let visible: String = last.chars().filter(|&c| !hides_in_a_line(c)).collect();
    let name = nfc(visible.trim_matches(|c: char| c.is_whitespace() || c == '.'));
    if name.is_empty() {
        return "unnamed".to_owned();
    }
    shortened(&name)
}

/// The extension that files of a media type usually have, without the dot: their subtype, but for those in
/// [`OTHER_EXTENSIONS`].
pub fn extension_of(media_type: &str) -> &str {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let mut others = OTHER_EXTENSIONS.iter();
    match others.find(|(other, _)| *other == essence) {
        Some((_, extension)) => extension,
        None => essence
            .split_once('/')
            .map_or("bin", |(_, subtype)| subtype),
    }
}

fn shortened(name: &str) -> String {
    if name.len() <= MAX_BYTES {
        return name.to_owned();
    }
    let dot = name
        .rfind('.')
        .filter(|dot| name.len() - dot <= MAX_EXTENSION_BYTES)
        .unwrap_or(name.len());
    let (stem, extension) = name.split_at(dot);
    let mut end = MAX_BYTES - extension.len();
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{extension}", &stem[..end])
}

#[cfg(test)]
mod tests {
    use super::{clean, extension_of};

    /// The expected ones are of `/etc/mime.types` of Debian.
    #[test]
    fn a_media_type_has_the_extension_that_its_files_have() {
        for (media_type, extension) in [
            ("application/pdf", "pdf"),
            ("application/octet-stream", "bin"),
            ("audio/flac", "flac"),
            ("audio/mp4", "m4a"),
            ("audio/mpeg", "mp3"),
            ("audio/ogg", "ogg"),
            ("image/avif", "avif"),
            ("image/jpeg", "jpg"),
            ("image/png", "png"),
            ("image/svg+xml", "svg"),
            ("image/vnd.microsoft.icon", "ico"),
            ("image/webp", "webp"),
            ("text/plain; charset=utf-8", "txt"),
            ("video/mp4", "mp4"),
            ("video/webm", "webm"),
        ] {
            assert_eq!(extension_of(media_type), extension, "{media_type}");
        }
    }

    #[test]
    fn hostile_names_become_plain_ones() {
        for (raw, kept) in [
            ("ảnh.jpg", "ảnh.jpg"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\an\\tin.docx", "tin.docx"),
            ("a\0b\n.png", "ab.png"),
            ("gpj\u{202E}exe.txt", "gpjexe.txt"),
            ("quye\u{302}\u{300}n.pdf", "quyền.pdf"),
            ("..", "unnamed"),
            ("dir/", "unnamed"),
            ("", "unnamed"),
            (" .htaccess", "htaccess"),
        ] {
            assert_eq!(clean(raw), kept, "{raw:?}");
        }
    }

    #[test]
    fn long_names_keep_their_extension_and_whole_characters() {
        // 4 KiB of a three-byte letter: 83 letters fit before ".jpeg" (255 - 5 = 250 = 83*3 + 1).
        let cleaned = clean(&format!("{}.jpeg", "ề".repeat(1365)));
        assert_eq!(cleaned, format!("{}.jpeg", "ề".repeat(83)));
        assert_eq!(clean(&"a".repeat(300)), "a".repeat(255));
        let no_extension = format!("a.{}", "b".repeat(400));
        assert_eq!(clean(&no_extension).len(), 255);
    }
}
