//! What writes down why rows are refused.

use super::error::FileRefusal;
use super::record::ReasonV1;
use crate::services::works::ChangeError;

/// How refusals are written down, in both languages.
#[derive(Clone, Copy)]
pub struct Words {
    /// Why a work cannot be changed.
    pub change: fn(ChangeError) -> Vec<ReasonV1>,
    /// Why a file with this name cannot be used.
    pub file: fn(&str, FileRefusal) -> ReasonV1,
    /// An earlier line is about the same work.
    pub twice: fn(u32) -> ReasonV1,
}
