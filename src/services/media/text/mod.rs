//! Which text format bytes are in. Markup that a browser could run is found wherever it may hide.

pub mod builder;
mod code_pages;
pub mod encoding;
mod syllables;

use encoding::Encoding;

/// Elements a browser takes for the beginning of an HTML page: those of the WHATWG MIME Sniffing
/// Standard (section 7.1), and others that can carry a script.
const HTML_ELEMENTS: [&str; 31] = [
    "a", "audio", "b", "base", "body", "br", "button", "details", "div", "embed", "font", "form",
    "frameset", "h1", "head", "html", "iframe", "img", "input", "link", "math", "meta", "object",
    "p", "script", "span", "style", "table", "template", "title", "video",
];

/// Markup that has no business inside an image, a recording or unknown bytes.
const SCRIPTABLE: [&[u8]; 7] = [
    b"<!doctype html",
    b"<html",
    b"<head>",
    b"<body",
    b"<script",
    b"<iframe",
    b"<svg",
];

/// Formats that are text and look like any other text: here the hints decide.
const TOLD_BY_HINT: [&str; 11] = [
    "text/html",
    "application/xhtml+xml",
    "image/svg+xml",
    "text/xml",
    "application/xml",
    "text/javascript",
    "application/javascript",
    "text/css",
    "text/csv",
    "text/markdown",
    "text/tab-separated-values",
];

/// The types that [`recognise`] gives, without the synonyms that only hints have.
pub(super) fn types() -> impl Iterator<Item = &'static str> {
    let by_content = [
        "text/plain",
        "text/vtt",
        "application/x-subrip",
        "application/ttml+xml",
        "application/json",
    ];
    let synonyms = ["application/javascript"];
    let by_hint = TOLD_BY_HINT.into_iter();
    by_content
        .into_iter()
        .chain(by_hint.filter(move |known| !synonyms.contains(known)))
}

/// A text with the encoding of its bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct DecodedText {
    /// The text, composed (NFC).
    pub(super) text: String,
    /// The encoding it was read from.
    pub(super) encoding: Encoding,
}

/// The text at the beginning of a file, or nothing if the bytes are not text. `could_be_other` says that
/// the bytes have the signature of another format: then only Unicode without errors is text.
/// Bytes of unknown encoding are text when a hint says so.
pub(super) fn decode(head: &[u8], could_be_other: bool, hints: &[String]) -> Option<DecodedText> {
    let encoding = encoding::detect(head)?;
    if could_be_other && !encoding::is_certain(head, encoding) {
        return None;
    }
    if encoding == Encoding::Unknown {
        let is_hinted = |hint: &String| hint.starts_with("text/") || hint == "application/x-subrip";
        let has_controls = head
            .iter()
            .any(|byte| encoding::is_binary(char::from(*byte)));
        if has_controls || !hints.iter().any(is_hinted) {
            return None;
        }
    }
    let text = encoding::decode(head, encoding);
    (!text.contains(encoding::is_binary)).then_some(DecodedText { text, encoding })
}

/// The media type of a text. `is_whole` means that nothing was cut off; `hints` are the declared
/// type and the one the file name suggests.
pub(super) fn recognise(text: &str, is_whole: bool, hints: &[String]) -> &'static str {
    if let Some(markup) = markup(text) {
        return markup;
    }
    if is_webvtt(text) {
        return "text/vtt";
    }
    if is_subrip(text) {
        return "application/x-subrip";
    }
    let hinted = |known: &str| hints.iter().any(|hint| hint == known);
    if is_json(text, is_whole, hinted("application/json")) {
        return "application/json";
    }
    TOLD_BY_HINT
        .into_iter()
        .find(|known| hinted(known))
        .unwrap_or("text/plain")
}

/// Whether bytes that are something else carry markup a careless browser could run.
pub(super) fn hides_markup(head: &[u8]) -> bool {
    head.iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'<')
        .any(|(at, _)| {
            SCRIPTABLE.iter().any(|needle| {
                head[at..]
                    .get(..needle.len())
                    .is_some_and(|found| found.eq_ignore_ascii_case(needle))
            })
        })
}

/// The type of a markup document, from its first element; comments, processing instructions and
/// the document type are read over. A comment that does not end might hide anything: HTML.
fn markup(text: &str) -> Option<&'static str> {
    let mut rest = text.trim_start();
    let mut is_xml = false;
    loop {
        if let Some(comment) = rest.strip_prefix("<!--") {
            match comment.split_once("-->") {
                Some((_, after)) => rest = after.trim_start(),
                None => return Some("text/html"),
            }
        } else if let Some(instruction) = rest.strip_prefix("<?") {
            is_xml |= instruction.starts_with("xml");
            let (_, after) = instruction.split_once("?>")?;
            rest = after.trim_start();
        } else if let Some(doctype) = strip_prefix_ignoring_case(rest, "<!doctype") {
            if strip_prefix_ignoring_case(doctype.trim_start(), "html").is_some() && !is_xml {
                return Some("text/html");
            }
            is_xml = true;
            rest = after_doctype(doctype)?.trim_start();
        } else {
            return element(rest, is_xml);
        }
    }
}

fn element(rest: &str, is_xml: bool) -> Option<&'static str> {
    let Some(tag) = rest.strip_prefix('<') else {
        return is_xml.then_some("application/xml");
    };
    let end = tag.find(|c: char| !c.is_ascii_alphanumeric() && c != ':' && c != '-');
    let name = tag[..end.unwrap_or(tag.len())].to_ascii_lowercase();
    let local = name.rsplit(':').next().unwrap_or_default();
    match local {
        "svg" => Some("image/svg+xml"),
        "html" if is_xml => Some("application/xhtml+xml"),
        "tt" if is_xml || tag.contains("/ns/ttml") => Some("application/ttml+xml"),
        _ if is_xml => Some("application/xml"),
        _ if HTML_ELEMENTS.contains(&local) => Some("text/html"),
        _ => None,
    }
}

/// What follows a document type declaration, its internal subset included.
fn after_doctype(doctype: &str) -> Option<&str> {
    let end = doctype.find(['>', '['])?;
    if doctype[end..].starts_with('>') {
        return Some(&doctype[end + 1..]);
    }
    let (_, after) = doctype.split_once(']')?;
    after.split_once('>').map(|(_, after)| after)
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// WebVTT, section 4: the word alone on its line or followed by a blank.
fn is_webvtt(text: &str) -> bool {
    text.strip_prefix("WEBVTT")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

/// A counter line, then `00:00:01,000 --> 00:00:04,000`.
fn is_subrip(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    let counter = lines.find(|line| !line.is_empty()).unwrap_or_default();
    let times = lines.next().unwrap_or_default();
    let is_time = |time: &str| {
        time.len() >= 12
            && time.is_char_boundary(12)
            && time[..12].bytes().enumerate().all(|(at, byte)| match at {
                2 | 5 => byte == b':',
                8 => byte == b',' || byte == b'.',
                _ => byte.is_ascii_digit(),
            })
    };
    !counter.is_empty()
        && counter.bytes().all(|byte| byte.is_ascii_digit())
        && times
            .split_once(" --> ")
            .is_some_and(|(from, to)| is_time(from) && is_time(to))
}

fn is_json(text: &str, is_whole: bool, hinted: bool) -> bool {
    if !text.trim_start().starts_with(['{', '[']) {
        return false;
    }
    if is_whole {
        serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
    } else {
        hinted
    }
}

#[cfg(test)]
mod tests {
    use super::{Encoding, decode, hides_markup, recognise};

    fn check(text: &str, hints: &[&str], expected: &str) {
        let hints: Vec<String> = hints.iter().map(|&hint| hint.to_owned()).collect();
        let decoded = decode(text.as_bytes(), false, &hints).unwrap();
        assert_eq!(recognise(&decoded.text, true, &hints), expected, "{text:?}");
    }

    #[test]
    fn text_formats_are_distinguished() {
        let plain = "Mọi người sinh ra đều được tự do.";
        check(plain, &[], "text/plain");
        check(plain, &["text/markdown"], "text/markdown");
        check("a < b and <x> is no tag", &[], "text/plain");
        check("BMI là chỉ số khối cơ thể", &["image/bmp"], "text/plain");
        check(
            "WEBVTT\n\n00:01.000 --> 00:04.000\nXin chào",
            &[],
            "text/vtt",
        );
        check("WEBVTTX", &[], "text/plain");
        let srt = "\u{feff}1\r\n00:00:01,000 --> 00:00:04,000\r\nXin chào\r\n";
        check(srt, &["text/plain"], "application/x-subrip");
        check("1\nmột", &[], "text/plain");
        check(r#" {"a": [1, 2]} "#, &[], "application/json");
        check("{a", &["application/json"], "text/plain");
        check("a,b\n1,2", &["text/csv"], "text/csv");
        check("", &[], "text/plain");
    }

    #[test]
    fn markup_a_browser_could_run_wins_over_what_is_declared() {
        let jpeg = ["image/jpeg"];
        check("<!DOCTYPE html><p>", &jpeg, "text/html");
        check(" \n<HTML>", &jpeg, "text/html");
        check("<!-- x --><script>alert(1)</script>", &jpeg, "text/html");
        check("<!-- never closed", &jpeg, "text/html");
        check("<img src=x onerror=alert(1)>", &["text/plain"], "text/html");
        check(
            "<svg xmlns='http://www.w3.org/2000/svg'/>",
            &jpeg,
            "image/svg+xml",
        );
        check(
            "<s:svg xmlns:s='http://www.w3.org/2000/svg'/>",
            &[],
            "image/svg+xml",
        );
        let with_doctype =
            "<?xml version='1.0'?><!-- a --><!DOCTYPE svg [<!ENTITY a '>'>]>\n<svg/>";
        check(with_doctype, &["text/plain"], "image/svg+xml");
        check("<?xml version='1.0'?><rss/>", &[], "application/xml");
        check("<?xml version='1.0'?><html/>", &[], "application/xhtml+xml");
        check("alert(1)", &["text/javascript"], "text/javascript");
        check("no tag", &["text/html"], "text/html");
    }

    #[test]
    fn utf16_does_not_hide_markup() {
        let units = "<script>".encode_utf16();
        let le: Vec<u8> = [0xFF, 0xFE]
            .into_iter()
            .chain(units.clone().flat_map(u16::to_le_bytes))
            .collect();
        let be: Vec<u8> = [0xFE, 0xFF]
            .into_iter()
            .chain(units.flat_map(u16::to_be_bytes))
            .collect();
        for bytes in [le, be] {
            let decoded = decode(&bytes, false, &[]).unwrap();
            assert_eq!(recognise(&decoded.text, true, &[]), "text/html");
        }
    }

    #[test]
    fn bytes_that_are_not_text_are_not_taken_for_text() {
        let hinted = ["text/plain".to_owned()];
        assert_eq!(decode(b"a\0b", false, &hinted), None);
        assert_eq!(decode(b"\xff\xd8\xff\xe0", true, &hinted), None);
        assert_eq!(decode(b"caf\xe9 latin-1", false, &[]), None);
        assert_eq!(decode(b"\x01caf\xe9 latin-1", false, &hinted), None);
        let unknown = decode(b"caf\xe9 latin-1", false, &hinted).unwrap();
        assert_eq!(unknown.encoding, Encoding::Unknown);
        assert_eq!(unknown.text, " latin-1");
        // "ệ" cut after two of its three bytes, as the end of a long file's head may be.
        assert_eq!(decode(b"Vi\xe1\xbb", true, &[]).unwrap().text, "Vi");
    }

    #[test]
    fn markup_inside_binary_is_seen_in_any_case() {
        assert!(hides_markup(b"GIF89a/*\0\x01<ScRiPt>alert(1)"));
        assert!(!hides_markup(b"\x89PNG\r\n<x:xmpmeta><rdf:RDF>"));
        assert!(!hides_markup(b"<"));
    }
}
