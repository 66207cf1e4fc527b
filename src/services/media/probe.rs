//! Detects the media type of a file and reads its facts, from the bytes.
//!
//! 1. Signatures and text are looked at first ([`super::signature`], [`super::text`]). What the
//!    file is called or declared to be only chooses among formats the bytes allow, such as
//!    CSV among texts.
//! 2. Where the bytes could be run by a browser as well (markup inside an image, an HTML page
//!    declared as a photo) the dangerous type is the answer, so that delivery treats it as such.
//! 3. Facts are read with bounds on steps and memory. A broken file keeps its type and loses facts.

use std::fs::File;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::{duration, movie, picture, public_copy, signature, still, zip};
use crate::domain::asset::MediaFacts;
use crate::storage::blobs::Staged;
use crate::storage::blocking;

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The media type, without parameters.
    pub media_type: String,
    /// Size in pixels as displayed, and duration.
    pub facts: MediaFacts,
    /// Coordinates of a place are written in the file (Exif, XMP, QuickTime). False also where they
    /// could not be read.
    pub has_embedded_place: bool,
}

/// Reads a file at `path` whose first bytes (at most 8 KiB) are `head`. `declared` is the type the
/// sender gave, `name` the file name; both are hints. Blocks.
pub fn probe(path: &Path, head: &[u8], declared: Option<&str>, name: &str) -> Probe {
    let hints = hints(declared, name);
    let entries = if zip::begins(head) {
        contained(|| zip::entries(path)).unwrap_or_default()
    } else {
        Vec::new()
    };
    let is_whole = std::fs::metadata(path).is_ok_and(|file| file.len() <= head.len() as u64);
    let media_type = contained(|| signature::recognise(head, is_whole, &entries, &hints))
        .unwrap_or_else(|| signature::UNKNOWN.to_owned());
    contained(|| with_facts(path, media_type.clone())).unwrap_or(Probe {
        media_type,
        facts: MediaFacts::default(),
        has_embedded_place: false,
    })
}

/// Probes a file that was just received, without blocking the caller's thread.
pub async fn probe_staged(staged: &Staged, declared: Option<&str>, name: &str) -> Probe {
    let (path, head) = (staged.path.clone(), staged.head.clone());
    let (declared, name) = (declared.map(str::to_owned), name.to_owned());
    blocking(move || probe(&path, &head, declared.as_deref(), &name)).await
}

fn hints(declared: Option<&str>, name: &str) -> Vec<String> {
    let guess = mime_guess::from_path(name);
    let by_name = guess.iter_raw().map(signature::normal);
    declared
        .map(signature::normal)
        .into_iter()
        .chain(by_name)
        .collect()
}

fn with_facts(path: &Path, media_type: String) -> Probe {
    let mut probe = Probe {
        media_type,
        facts: MediaFacts::default(),
        has_embedded_place: false,
    };
    match probe.media_type.as_str() {
        "video/mp4" | "video/quicktime" | "audio/mp4" | "video/3gpp" | "video/3gpp2" => {
            probe.read_boxes(path);
        }
        "video/webm" | "video/x-matroska" => {
            if public_copy::has_pictures(path) == Some(false) {
                probe.media_type = probe.media_type.replacen("video/", "audio/", 1);
            }
            probe.facts.duration_ms = public_copy::matroska_duration_ms(path);
        }
        "image/heic" | "image/heif" | "image/avif" => {
            let file = File::open(path).map(BufReader::new);
            let size = file.and_then(|mut file| still::displayed_size(&mut file));
            probe.set_size(size.unwrap_or_default());
            probe.has_embedded_place = picture::shows_place(path);
        }
        image if image.starts_with("image/") => {
            probe.set_size(picture::displayed_size(path, image));
            probe.has_embedded_place = picture::shows_place(path);
        }
        other => probe.facts.duration_ms = duration::duration_ms(path, other),
    }
    probe
}

impl Probe {
    fn read_boxes(&mut self, path: &Path) {
        let file = File::open(path).map(BufReader::new);
        let Ok(movie) = file.and_then(|mut file| movie::read(&mut file)) else {
            return;
        };
        // The tracks decide, not the brand: a recording in MOV is sound, a film named M4A is one.
        if movie.has_sound && !movie.has_pictures {
            self.media_type = self.media_type.replacen("video/", "audio/", 1);
        } else if movie.has_pictures && self.media_type == "audio/mp4" && movie.size_px.is_some() {
            "video/mp4".clone_into(&mut self.media_type);
        }
        self.facts.duration_ms = movie.duration_ms;
        self.set_size(movie.size_px);
        self.has_embedded_place = movie.shows_place;
    }

    fn set_size(&mut self, size_px: Option<(u32, u32)>) {
        self.facts.width_px = size_px.map(|(width, _)| width);
        self.facts.height_px = size_px.map(|(_, height)| height);
    }
}

/// When a format library panics on a broken file, only its facts are lost.
fn contained<T>(read: impl FnOnce() -> T) -> Option<T> {
    let result = catch_unwind(AssertUnwindSafe(read));
    if result.is_err() {
        tracing::warn!("a format library panicked on a broken file; its facts are left out");
    }
    result.ok()
}
