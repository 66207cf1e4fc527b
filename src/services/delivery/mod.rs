//! Delivery of files: which bytes, under which name, to whom.
//!
//! Every request goes through the access policy. Those entitled get the file as deposited; everybody else
//! gets images, sound and film only as copies, because the original may reveal places, serial numbers and
//! names: an image rendered from its pixels under a neutral name, sound and film without metadata. A work whose terms allow only a link delivers no files to
//! others. Which rendition is delivered follows from its purpose (`media::recipe`).
//!
//! Not here: ranges, conditional requests and headers, which belong to HTTP.

mod cache;
mod captions;
mod content;
mod copies;
mod deliverable;
mod error;
mod file_access;
mod presentation;
mod service;
mod sound_files;
mod sounds;

pub use content::Content;
pub use deliverable::{Cacheability, Deliverable};
pub use error::DeliveryError;
pub use file_access::{FileAccess, TextSource, TextVersion};
pub use presentation::Presentation;
pub use service::Delivery;
pub use sounds::{BroadcastAccess, SoundAccess, WaveformForm};
