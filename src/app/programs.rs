//! The programs of others that the settings name.

use std::io;
use std::path::PathBuf;

use crate::config::Config;
use crate::services::programs::{Program, Programs, Settings};

/// The settings of programs, with private folders in this folder.
///
/// # Errors
/// The system does not say what the running binary is.
pub fn settings(config: &Config, folder: PathBuf) -> io::Result<Settings> {
    let named = &config.programs;
    let path_of = |program| match program {
        Program::Ffmpeg => &named.ffmpeg,
        Program::Ffprobe => &named.ffprobe,
        Program::Pdftoppm => &named.pdftoppm,
        Program::Pdftotext => &named.pdftotext,
        Program::Tesseract => &named.tesseract,
    };
    let all = Program::NAMES.into_iter();
    let paths = all.map(|(_, program)| (program, path_of(program).clone()));
    Ok(Settings {
        paths: paths
            .filter(|(_, path)| !path.as_os_str().is_empty())
            .collect(),
        readable: named.readable.clone(),
        bubblewrap: named.bubblewrap,
        ..Settings::new(folder)?
    })
}

/// Finds out what confines programs, and says when that is too little.
pub(super) async fn warn_if_unprotected(programs: Programs) {
    let protection = programs.protection().await;
    if !protection.is_complete() {
        tracing::warn!(
            ?protection,
            "programs of others are not confined completely on this machine: see docs/operate/programs.md",
        );
    }
}
