//! Making renditions that are missing, or all of a kind again.
//!
//! Where renditions of a [`RenditionKind`] are made, [`RenditionJobs`] says which jobs make them. [`RebuildRenditions`] walks
//! through the catalogue, some works in each run, and enqueues these jobs. Every run enqueues the next one in
//! the commit that finishes it, so that a rebuild goes on after a kill where it was. It enqueues no faster than jobs are done:
//! what is attached meanwhile waits behind few of them.
//!
//! Once a day what is missing is made: from files of earlier versions of the archive, for a program that was installed, for profiles
//! that changed. What another version of the archive could not make is tried again: this one may know the format.

mod job;
mod kind;
mod made;

pub use job::{DAILY, RebuildRenditions, find_missing, job};
pub use kind::{RenditionJobs, RenditionKind, Scope};
pub use made::Made;
