//! The storage contract: the same cases for every back end.

mod blobs;
mod catalog;
mod partial_files;
