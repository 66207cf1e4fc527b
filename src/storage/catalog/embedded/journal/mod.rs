//! The journal: every committed change, in order, on disk. It is the truth; the index beside it
//! can be deleted at any time.
//!
//! `journal/<first seq, 20 digits>.ndjson`, one [line](mod@line) per write. The last segment is open
//! and grows; at 64 MiB the next begins, and closed ones are [sealed](seal). What is appended is
//! one or more whole change sets, synced once (a group); a [torn tail](tail) of the last segment
//! was never acknowledged and is cut off at start. Which files belong to it is decided by
//! [`layout`]. Anything else that is wrong is [`CatalogError::Damaged`] or, when a newer version
//! wrote it, [`CatalogError::NewerVersion`]; nothing here mends or skips it.
//!
//! [`CatalogError::Damaged`]: crate::storage::catalog::CatalogError::Damaged
//! [`CatalogError::NewerVersion`]: crate::storage::catalog::CatalogError::NewerVersion

pub(crate) mod append;
pub(crate) mod damage;
pub(crate) mod layout;
pub(crate) mod line;
pub(crate) mod names;
pub(crate) mod place;
mod scan;
pub(crate) mod seal;
mod sealed;
pub(crate) mod segment;
mod segments;
mod tail;

pub(crate) use append::{AppendError, Appender};
pub(crate) use line::{Line, Origin};
pub(crate) use names::Form;
pub(crate) use place::{Place, Position};
pub(crate) use scan::{check_text, visit_text};
pub(crate) use segments::Journal;
