//! What an actor gets of a file: its bytes, its previews, its text, its sound.

use super::copies::Copies;
use super::deliverable::{Deliverable, deliverable, is_only_a_link};
use super::sounds::SoundAccess;
use crate::domain::access::Actor;
use crate::domain::asset::{Asset, File, Processing};
use crate::services::media::full_text::TextState;

/// What an actor gets of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileAccess {
    /// Whether everybody who may see the work can get the file.
    pub processing: Processing,
    /// The bytes that the actor gets at the address of the file; `None` when it gets nothing, or nothing
    /// yet.
    pub deliverable: Option<Deliverable>,
    /// The sizes of the previews that the actor gets, by the longer side in pixels.
    pub preview_sides_px: Vec<u32>,
    /// Whether its text was read; whoever gets the file gets the text.
    pub text: TextState,
    /// How its text came about.
    pub text_source: TextSource,
    /// What its sound is like, when it is a recording that the actor may hear.
    pub sound: Option<SoundAccess>,
}

/// How the text of a file came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextSource {
    /// It stands in the file.
    File,
    /// It was recognised in images, and some words may be wrong.
    Recognised,
    /// A person corrected it.
    Corrected,
}

/// Which text of a file is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextVersion {
    /// The corrected one if there is one.
    #[default]
    Current,
    /// What was read from the file.
    Machine,
}

impl FileAccess {
    /// Whether jobs will find out nothing more about it. What failed can be tried again.
    pub fn is_settled(&self) -> bool {
        let has_text = matches!(self.text, TextState::None | TextState::Ready);
        let sound = self.sound.as_ref();
        self.processing.is_ready() && has_text && sound.is_none_or(SoundAccess::is_settled)
    }
}

pub(super) fn file_access(
    actor: &Actor,
    asset: &Asset,
    file: &File,
    copies: &Copies,
) -> FileAccess {
    let processing = copies.processing;
    let text = match file.text_correction {
        Some(_) => TextState::Ready,
        None => copies.text_state,
    };
    if is_only_a_link(actor, asset) {
        return FileAccess {
            processing,
            deliverable: None,
            preview_sides_px: Vec::new(),
            text,
            text_source: TextSource::File,
            sound: None,
        };
    }
    FileAccess {
        processing,
        deliverable: deliverable(actor, asset, file, copies),
        preview_sides_px: copies.previews.iter().map(|(side, _)| *side).collect(),
        text,
        text_source: text_source(file, copies),
        sound: None,
    }
}

fn text_source(file: &File, copies: &Copies) -> TextSource {
    if file.text_correction.is_some() {
        TextSource::Corrected
    } else if copies.is_text_recognised() {
        TextSource::Recognised
    } else {
        TextSource::File
    }
}
