//! The rules of the archive, without I/O, without async, without a framework.
//!
//! Outside data becomes one of these types at the edge or is refused there with all violations at once; no
//! other code checks again. Time, randomness and ids are parameters.

pub mod access;
pub mod account;
pub mod asset;
pub mod credential;
pub mod digest;
pub mod handling;
pub mod language;
pub mod log_id;
pub mod network;
pub mod notification;
pub mod picture_hash;
pub mod processing;
pub mod role;
pub mod saved_search;
pub mod slug;
pub mod sound;
pub mod text;
pub mod timestamp;
pub mod vietnamese_order;
pub mod violation;
pub mod vocabulary;
pub mod word_diff;
pub mod work_date;

pub use digest::{Sha256, hex};
pub use language::{LanguageMap, LanguageTag};
pub use log_id::LogId;
pub use picture_hash::PictureHash;
pub use saved_search::{SavedSearch, SavedSearchId, Visibility};
pub use slug::Slug;
pub use timestamp::Timestamp;
pub use violation::{Rule, Violation, Violations};
pub use work_date::WorkDate;
