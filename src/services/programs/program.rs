//! The programs that the archive can use, and their versions.

use std::fmt;

/// The language in which text is recognised, by the name of its data.
pub const RECOGNISED_LANGUAGE: &str = "vie";

/// A program of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Program {
    /// Decodes and encodes sound and film.
    Ffmpeg,
    /// Says what is in sound and film.
    Ffprobe,
    /// Draws pages of PDF files.
    Pdftoppm,
    /// Reads the text of PDF files.
    Pdftotext,
    /// Recognises text in images.
    Tesseract,
}

impl Program {
    /// All programs with the names of their files.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("ffmpeg", Self::Ffmpeg),
        ("ffprobe", Self::Ffprobe),
        ("pdftoppm", Self::Pdftoppm),
        ("pdftotext", Self::Pdftotext),
        ("tesseract", Self::Tesseract),
    ];

    /// The name of its file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ffmpeg => "ffmpeg",
            Self::Ffprobe => "ffprobe",
            Self::Pdftoppm => "pdftoppm",
            Self::Pdftotext => "pdftotext",
            Self::Tesseract => "tesseract",
        }
    }

    /// The Debian packages that bring it with what it needs.
    pub const fn packages(self) -> &'static str {
        match self {
            Self::Ffmpeg | Self::Ffprobe => "ffmpeg",
            Self::Pdftoppm | Self::Pdftotext => "poppler-utils",
            Self::Tesseract => "tesseract-ocr tesseract-ocr-vie",
        }
    }

    /// The oldest version that has what the archive uses of it.
    pub const fn oldest(self) -> Version {
        match self {
            Self::Ffmpeg | Self::Ffprobe => Version([4, 4, 0]),
            Self::Pdftoppm | Self::Pdftotext => Version([20, 9, 0]),
            Self::Tesseract => Version([4, 1, 0]),
        }
    }

    /// The language that it must have data for.
    pub const fn language(self) -> Option<&'static str> {
        match self {
            Self::Ffmpeg | Self::Ffprobe | Self::Pdftoppm | Self::Pdftotext => None,
            Self::Tesseract => Some(RECOGNISED_LANGUAGE),
        }
    }

    /// The argument that makes it print its version.
    pub(super) const fn version_argument(self) -> &'static str {
        match self {
            Self::Ffmpeg | Self::Ffprobe => "-version",
            Self::Pdftoppm | Self::Pdftotext => "-v",
            Self::Tesseract => "--version",
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The version of a program: up to three numbers, missing ones are 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub [u32; 3]);

impl Version {
    /// The first number in the first line that a program prints about itself.
    pub(super) fn find(text: &str) -> Option<Self> {
        let line = text.lines().next()?;
        let number = line
            .split(|c: char| !c.is_ascii_digit() && c != '.')
            .find(|part| part.starts_with(|c: char| c.is_ascii_digit()))?;
        let mut parts = number.split('.').map(|part| part.parse().unwrap_or(0));
        Some(Self(std::array::from_fn(|_| parts.next().unwrap_or(0))))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}.{patch}")
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn versions_are_found_in_what_programs_print() {
        // First lines of the programs of Debian 12, and of a build of ffmpeg from its repository.
        for (line, wanted) in [
            (
                "ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026 the FFmpeg developers",
                Some("5.1.9"),
            ),
            (
                "pdftotext version 22.12.0\nCopyright 2005-2022",
                Some("22.12.0"),
            ),
            ("tesseract 5.3.0\n leptonica-1.82.0", Some("5.3.0")),
            ("ffmpeg version n7.1", Some("7.1.0")),
            ("ffmpeg version N-109542-g1bf1fb5", Some("109542.0.0")),
            ("tesseract 99999999999.1", Some("0.1.0")),
            ("no number", None),
            ("", None),
        ] {
            let found = Version::find(line).map(|version| version.to_string());
            assert_eq!(found.as_deref(), wanted, "{line}");
        }
    }
}
