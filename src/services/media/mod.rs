//! Detecting what files are, and rendering copies of images.
//!
//! [`mod@probe`] detects the media type from the bytes: file name and declared type are only hints, and where
//! bytes could be read as several formats, the dangerous one wins. [`previews`] renders small copies of
//! images from their pixels alone: no camera, owner or place is copied. [`recipe`] says what renditions
//! may be used for. [`perceptual_hash`] recognises copies of one picture; nothing here looks for faces or
//! persons. [`fixity`] reads stored files back and compares them with their hash.
//!
//! Every file may be broken or hostile. Limits are checked before memory is allocated, and a format that
//! cannot be read costs its facts, never the file. What a recording states of itself is read when it arrives; later its
//! sound is decoded and measured ([`sound`]). The public gets sound and film as copies without metadata ([`public_copy`]), stations get
//! copies that they can air ([`broadcast_copy`]). Captions are checked and
//! converted for players ([`captions`]). [`mod@rebuild`] makes renditions that are missing, and all of a kind again.

mod boxes;
mod broadcast;
pub mod broadcast_copy;
pub mod captions;
mod decode;
mod duration;
mod file_job;
pub mod fixity;
pub mod full_text;
pub mod hash_pictures;
mod movie;
mod mpeg_frames;
mod originals;
pub mod perceptual_hash;
mod picture;
pub mod previews;
pub mod probe;
pub mod public_copy;
pub mod rebuild;
pub mod recipe;
pub mod recognition;
pub mod render;
mod render_error;
mod signature;
pub mod sound;
mod still;
mod stop_sign;
pub mod text;
mod zip;

pub use broadcast_copy::MakeBroadcastCopy;
pub use file_job::RenditionStore;
pub use fixity::AuditBlobs;
pub use full_text::ReadTexts;
pub use hash_pictures::HashPictures;
pub use previews::RenderPreviews;
pub use probe::{Probe, probe};
pub use public_copy::MakePublicCopies;
pub use rebuild::RebuildRenditions;
pub use recognition::RecogniseTexts;
pub use signature::{can_be_recognised, usual_name};
pub use sound::MeasureSound;
