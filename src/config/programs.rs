//! The settings of programs of others.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Programs of others that the archive uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Programs {
    /// Path of `ffmpeg` (sound and film). Empty: found in `/usr/local/bin`, `/usr/bin`, `/bin`, as all of these.
    pub ffmpeg: PathBuf,
    /// Path of `ffprobe` (what is in sound and film).
    pub ffprobe: PathBuf,
    /// Path of `pdftoppm` (pages of PDF files as images).
    pub pdftoppm: PathBuf,
    /// Path of `pdftotext` (text of PDF files).
    pub pdftotext: PathBuf,
    /// Path of `tesseract` (text in images).
    pub tesseract: PathBuf,
    /// Further folders that programs may read: libraries, fonts, language data outside `/usr`.
    pub readable: Vec<PathBuf>,
    /// Whether to use bubblewrap where it is installed and works.
    pub bubblewrap: bool,
}

impl Default for Programs {
    fn default() -> Self {
        Self {
            ffmpeg: PathBuf::new(),
            ffprobe: PathBuf::new(),
            pdftoppm: PathBuf::new(),
            pdftotext: PathBuf::new(),
            tesseract: PathBuf::new(),
            readable: Vec::new(),
            bubblewrap: true,
        }
    }
}
