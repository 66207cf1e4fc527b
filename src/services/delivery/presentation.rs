//! How a browser may present a file.

/// How a browser may present a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presentation {
    /// In the page: the format cannot execute anything.
    Inline,
    /// In the page, but without scripts, forms and an origin.
    InlineSandboxed,
    /// Only as a download.
    Attachment,
}

impl Presentation {
    /// Formats that are presented inline. Everything that a browser could execute (HTML, SVG, XML) and
    /// everything unknown is not in this list.
    const INERT: [&str; 19] = [
        "image/jpeg",
        "image/png",
        "image/gif",
        "image/webp",
        "image/avif",
        "image/bmp",
        "image/tiff",
        "audio/mpeg",
        "audio/mp4",
        "audio/ogg",
        "audio/wav",
        "audio/flac",
        "audio/aac",
        "audio/webm",
        "video/mp4",
        "video/webm",
        "video/ogg",
        "text/plain",
        "text/vtt",
    ];

    /// For a media type with or without parameters.
    pub fn of(media_type: &str) -> Self {
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        let is = |name: &&str| essence.eq_ignore_ascii_case(name);
        if Self::INERT.iter().any(is) {
            Self::Inline
        } else if is(&"application/pdf") {
            Self::InlineSandboxed
        } else {
            Self::Attachment
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Presentation;

    #[test]
    fn nothing_a_browser_could_execute_is_inline() {
        for (media_type, expected) in [
            ("image/jpeg", Presentation::Inline),
            ("Text/Plain; charset=utf-8", Presentation::Inline),
            ("application/pdf", Presentation::InlineSandboxed),
            ("text/html", Presentation::Attachment),
            ("image/svg+xml", Presentation::Attachment),
            ("application/xhtml+xml", Presentation::Attachment),
            ("text/xml", Presentation::Attachment),
            ("text/javascript", Presentation::Attachment),
            ("application/octet-stream", Presentation::Attachment),
            ("", Presentation::Attachment),
        ] {
            assert_eq!(Presentation::of(media_type), expected, "{media_type}");
        }
    }
}
