//! Decides whether two works are near-duplicates: reprints of a text, copies of a picture.
//!
//! When both works have a body, the bodies are compared, and a shared picture is an illustration: a
//! thousand articles with one logo are no duplicates. When at most one has a body and both have
//! picture hashes
//! ([`crate::services::search::index::picture_hashes`]), the pictures are compared and descriptions ignored: photos of one event with the same
//! caption are no duplicates. Every picture of each must have a copy in the other, so a series of
//! twenty photos is no duplicate of one of them. When exactly one has a body, both must also have
//! similar texts or be of the same kind: a poster with its transcribed words is a duplicate of the
//! poster, an article is no duplicate of its photo. All other works are compared by text or
//! description.

use crate::domain::asset::Asset;
use crate::domain::{PictureHash, Slug};
use crate::services::search::analysis::sketch::ShortSketch;
use crate::services::search::index::picture_hashes::{PictureHashes, have_same_pictures};

/// The properties of a work that are compared.
#[derive(Debug)]
pub(crate) struct DuplicateSignature {
    /// The sketch of the body, or else of the description.
    text: Option<ShortSketch>,
    /// The sketch is that of the body.
    has_body_sketch: bool,
    kind: Option<Slug>,
    pictures: Vec<PictureHash>,
}

impl DuplicateSignature {
    /// The signature of a work with this sketch.
    pub(crate) fn new(work: &Asset, text: Option<ShortSketch>, pictures: &PictureHashes) -> Self {
        Self {
            has_body_sketch: text.is_some() && work.work.body.is_some(),
            text,
            kind: work.work.kind.clone(),
            pictures: pictures.of_work(work),
        }
    }

    /// Whether two works are near-duplicates.
    pub(crate) fn is_near_duplicate_of(&self, other: &Self) -> bool {
        let texts = self.text.zip(other.text);
        let have_similar_text = texts.is_some_and(|(ours, theirs)| ours.is_near_duplicate(theirs));
        let have_pictures = !self.pictures.is_empty() && !other.pictures.is_empty();
        let bodies = [self, other]
            .iter()
            .filter(|work| work.has_body_sketch)
            .count();
        match bodies {
            2 => have_similar_text,
            _ if !have_pictures => have_similar_text,
            0 => have_same_pictures(&self.pictures, &other.pictures),
            _ => {
                let is_same_kind = self.kind.is_some() && self.kind == other.kind;
                (have_similar_text || is_same_kind)
                    && have_same_pictures(&self.pictures, &other.pictures)
            }
        }
    }
}
