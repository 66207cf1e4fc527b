//! Reading what files are, and making copies of them that can be shown.
//!
//! [`probe`] says what a file is from its bytes: what it is called and declared to be are only
//! hints, and where bytes could be read as several formats, the dangerous one wins.
//! [`previews`] makes small copies of images, from their pixels alone: no camera, owner or place
//! travels along. [`perceptual_hash`] tells copies of one picture from other pictures; nothing
//! here looks for faces or persons. [`fixity`] reads stored files back, in turn, and compares them with their name.
//!
//! Every file here may be broken or hostile. Limits are checked before memory is given out, and a
//! format that cannot be read costs its facts, never the file. Audio and video are measured, not
//! decoded.

mod boxes;
mod decode;
pub mod fixity;
pub mod hash_pictures;
mod movie;
mod originals;
pub mod perceptual_hash;
mod picture;
pub mod previews;
pub mod probe;
pub mod render;
mod signature;
mod sound;
mod still;
mod text;
mod zip;

pub use fixity::AuditBlobs;
pub use hash_pictures::HashPictures;
pub use previews::RenderPreviews;
pub use probe::{Probe, probe};
