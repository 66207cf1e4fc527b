//! What the jobs that process one file of a work have in common: their payload, the file that it names, and where they put
//! what they make ([`RenditionStore`]).

mod rendition_store;

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::domain::asset::{AssetId, File};
use crate::services::jobs::{JobFailure, payload};
use crate::services::media::recipe;
use crate::storage::catalog::{
    BlobKey, Entry, Job, JobKind, NewJob, ProcessedBlob, ProcessingResult, Works, Write,
};
pub use rendition_store::RenditionStore;

/// The payload of a job of any such kind.
#[derive(Serialize, Deserialize)]
struct Payload {
    /// The work whose file it is.
    #[serde(with = "payload::as_text")]
    asset: AssetId,
    /// The original.
    #[serde(with = "payload::as_text")]
    blob: BlobKey,
    /// Which of several things is made from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    part: Option<String>,
    /// It is made although it is there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    again: bool,
}

/// The file that a job is about.
pub(super) struct JobFile {
    /// The work that has it.
    pub(super) asset: AssetId,
    /// The file as it is in the work now.
    pub(super) file: File,
    /// Which of several things is made from it.
    pub(super) part: Option<String>,
    /// It is made although it is there.
    pub(super) again: bool,
}

/// A job of this kind for a file. While it waits, another for the same file is superfluous, unless it is for another
/// `variant` of what is made from the file.
pub(super) fn new(
    kind: &str,
    asset: AssetId,
    blob: BlobKey,
    variant: Option<&str>,
    now: Timestamp,
) -> NewJob {
    let unique_key = match variant {
        Some(variant) => format!("{asset}/{blob}/{variant}"),
        None => format!("{asset}/{blob}"),
    };
    let payload = Payload {
        asset,
        blob,
        part: None,
        again: false,
    };
    NewJob {
        kind: JobKind(kind.to_owned()),
        payload: payload::to_text(&payload),
        run_at: now,
        unique_key: Some(unique_key),
    }
}

/// A job of this kind that makes one of several things from a file; `again`, although it is there.
pub(super) fn new_for_part(
    kind: &str,
    (asset, blob): (AssetId, BlobKey),
    (part, again): (&str, bool),
    now: Timestamp,
) -> NewJob {
    let variant = if again {
        format!("{part}/again")
    } else {
        part.to_owned()
    };
    let payload = Payload {
        asset,
        blob,
        part: Some(part.to_owned()),
        again,
    };
    NewJob {
        payload: payload::to_text(&payload),
        ..new(kind, asset, blob, Some(&variant), now)
    }
}

/// The file of a job, or `None` when the file or the work was removed in the meantime.
///
/// # Errors
/// The payload cannot be read; the catalogue fails.
pub(super) async fn file(works: &dyn Works, job: &Job) -> Result<Option<JobFile>, JobFailure> {
    let Payload {
        asset,
        blob,
        part,
        again,
    } = payload::parse(job)?;
    let entry = works.entry(asset).await.map_err(JobFailure::retry)?;
    let Some(Entry::Asset(work)) = entry else {
        return Ok(None);
    };
    let file = work.files.into_iter().find(|file| file.sha256 == blob);
    Ok(file.map(|file| JobFile {
        asset,
        file,
        part,
        again,
    }))
}

/// Records what an attempt at a recipe came to when nothing was made from a file.
pub(super) fn attempted(of: BlobKey, recipe: &str, result: ProcessingResult) -> Write {
    Write::Processed(ProcessedBlob {
        of,
        recipe: recipe::attempt(recipe),
        result,
    })
}

/// Runs a decoder. Its panic on a broken file is a failure of that file, not of the job.
///
/// # Errors
/// Those of the decoder, and `panicked`.
pub(super) fn contain<T, E>(
    decode: impl FnOnce() -> Result<T, E>,
    panicked: impl FnOnce() -> E,
) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|_| Err(panicked()))
}
