//! When two works count as near-duplicates: reprints of a text, copies of a picture.
//!
//! What a work *is* decides. Where both have a text of their own, their texts are compared, and a
//! picture they share is an illustration: a thousand articles under one logo stay a thousand.
//! Where at most one has such a text and both are recognised by their pictures
//! ([`crate::services::search::index::picture_hashes`]), the pictures decide, against descriptions too: photos of one event under
//! one caption stay apart. Every picture of either must have a copy in the other, so an essay
//! of twenty photos is no duplicate of one of them. Where one of the two has a text and the other
//! none, they must be of the same kind as well: a poster whose words were typed in is that poster,
//! an article is not its photo. All others are compared by text or description.

use crate::domain::asset::Asset;
use crate::domain::{PictureHash, Slug};
use crate::services::search::analysis::sketch::ShortSketch;
use crate::services::search::index::picture_hashes::Pictures;
use crate::services::search::index::picture_hashes::are_the_same;

/// What a work is recognised by.
#[derive(Debug)]
pub(crate) struct Recognised {
    /// Of its own text, else of its description.
    text: Option<ShortSketch>,
    /// The sketch is of its own text.
    has_own_text: bool,
    kind: Option<Slug>,
    pictures: Vec<PictureHash>,
}

impl Recognised {
    /// Looks at a work whose text has this sketch.
    pub(crate) fn of(work: &Asset, text: Option<ShortSketch>, pictures: &Pictures) -> Self {
        Self {
            has_own_text: text.is_some() && work.work.body.is_some(),
            text,
            kind: work.work.kind.clone(),
            pictures: pictures.of_work(work),
        }
    }

    /// Whether two works are near-duplicates.
    pub(crate) fn is_alike(&self, other: &Self) -> bool {
        let texts = self.text.zip(other.text);
        let has_alike_text = texts.is_some_and(|(ours, theirs)| ours.is_alike(theirs));
        let have_pictures = !self.pictures.is_empty() && !other.pictures.is_empty();
        let own_texts = [self, other]
            .iter()
            .filter(|work| work.has_own_text)
            .count();
        match own_texts {
            2 => has_alike_text,
            _ if !have_pictures => has_alike_text,
            0 => are_the_same(&self.pictures, &other.pictures),
            _ => {
                let is_same_kind = self.kind.is_some() && self.kind == other.kind;
                (has_alike_text || is_same_kind) && are_the_same(&self.pictures, &other.pictures)
            }
        }
    }
}
