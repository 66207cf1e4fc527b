//! Copies of sound and film for the public: the same samples without place, owner and device.
//!
//! Nothing is encoded again. Each format has a list of the parts that players need; every other part
//! (tags, attachments, tracks of sensors and subtitles, unknown parts) is emptied or cut out. The copy is
//! verified: it must need no further change, and no coordinates may be readable anywhere in it
//! ([`verify`]). A file that cannot be copied so is held back. Images are not here: their copies are
//! rendered from pixels ([`super::previews`]).

mod aiff;
mod edits;
mod error;
mod flac;
mod formats;
mod iso_media;
mod job;
mod matroska;
mod mpeg_audio;
mod ogg;
mod rebuild;
mod riff;
mod sample_table;
mod verify;

pub use formats::{can_make, is_required, state};
pub(super) use formats::{end_of_leading_tags, has_pictures, matroska_duration_ms};
pub use job::{MakePublicCopies, job};
pub use rebuild::PublicCopyJobs;
