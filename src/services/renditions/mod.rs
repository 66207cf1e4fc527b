//! Making renditions again: of the whole archive for its administrators, of one file for those who work on its work.

mod service;

pub use service::{Renditions, RenditionsError};
