//! Claiming: a finished upload becomes a file of a work.

use std::path::PathBuf;

use super::holding::Hold;
use super::record::{ClaimedV1, UploadRecord, UploadV1};
use super::{UploadId, Uploads, UploadsError};
use crate::domain::Sha256;
use crate::domain::access::Actor;
use crate::domain::asset::AssetId;
use crate::storage::blobs::{PartialFiles, Staged, Staging};
use crate::storage::catalog::{CatalogError, ChangeSet, Versioned};

/// A finished upload, to be made a file of a work. Dropping it leaves the upload as it was.
#[derive(Debug)]
pub struct Claim {
    /// `Upload-Metadata` as sent.
    pub metadata: String,
    pub(in crate::services) state: ClaimState,
}

/// A finished upload that is read where it is, and stays an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::services) struct FinishedUpload {
    /// The name of its partial file.
    pub(in crate::services) name: String,
    /// Where its bytes are.
    pub(in crate::services) path: PathBuf,
    /// Their number.
    pub(in crate::services) length: u64,
}

/// Whether an upload can become a file.
#[derive(Debug)]
pub(in crate::services) enum ClaimState {
    /// It can.
    Open(Staged, Box<OpenClaim>),
    /// It became this file of this work before.
    Made(AssetId, Sha256),
}

/// The exclusive right to make an upload a file.
pub(in crate::services) struct OpenClaim {
    uploads: Uploads,
    read: Versioned<UploadRecord>,
    _hold: Hold,
}

impl std::fmt::Debug for OpenClaim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OpenClaim({})", self.read.value.v1().id)
    }
}

impl Uploads {
    /// Stages the bytes of a finished upload, so that a commit can make them a file of a work.
    ///
    /// # Errors
    /// [`UploadsError::Unfinished`], [`UploadsError::NotFound`], [`UploadsError::Held`].
    pub async fn claim(&self, actor: &Actor, id: UploadId) -> Result<Claim, UploadsError> {
        self.find(actor, id).await?;
        let mut hold = self.holdings.take_over(id).await?;
        let read = self.find(actor, id).await?;
        let upload = read.value.v1();
        let metadata = upload.metadata.clone();
        if let Some(claimed) = &upload.claimed {
            let made = claimed.asset.parse().ok().zip(claimed.sha256.parse().ok());
            let (asset, file) = made.ok_or(UploadsError::NotFound)?;
            let state = ClaimState::Made(asset, file);
            return Ok(Claim { metadata, state });
        }
        let (offset, length) = (self.offset(&mut hold, upload).await?, upload.length);
        if offset < length {
            return Err(UploadsError::Unfinished { offset, length });
        }
        let hasher = hold.arrived.as_ref().and_then(|known| known.hasher.clone());
        let staged = self.files.stage(upload.name(), hasher, &self.staging);
        let staged = staged.await?;
        let claim = OpenClaim {
            uploads: self.clone(),
            read,
            _hold: hold,
        };
        let state = ClaimState::Open(staged, Box::new(claim));
        Ok(Claim { metadata, state })
    }
}

impl Uploads {
    /// The bytes of a finished upload that did not become a file of a work.
    ///
    /// # Errors
    /// [`UploadsError::Unfinished`], [`UploadsError::NotFound`], [`UploadsError::Held`].
    pub(in crate::services) async fn finished(
        &self,
        actor: &Actor,
        id: UploadId,
    ) -> Result<FinishedUpload, UploadsError> {
        self.find(actor, id).await?;
        let mut hold = self.holdings.take_over(id).await?;
        let read = self.find(actor, id).await?;
        let upload = read.value.v1();
        if upload.claimed.is_some() {
            return Err(UploadsError::NotFound);
        }
        let (offset, length) = (self.offset(&mut hold, upload).await?, upload.length);
        if offset < length {
            return Err(UploadsError::Unfinished { offset, length });
        }
        Ok(FinishedUpload {
            name: upload.name().to_owned(),
            path: self.files.path_of(upload.name()),
            length,
        })
    }

    /// What stages the bytes of uploads.
    pub(in crate::services) fn files(&self) -> (PartialFiles, Staging) {
        (self.files.clone(), self.staging.clone())
    }
}

impl OpenClaim {
    /// Adds to a commit that the upload became this file of this work.
    ///
    /// # Errors
    /// None in practice: records are plain data.
    pub(in crate::services) fn add_to(
        &self,
        changes: ChangeSet,
        asset: AssetId,
        file: Sha256,
    ) -> Result<ChangeSet, CatalogError> {
        let claimed = UploadRecord::V1(UploadV1 {
            claimed: Some(ClaimedV1 {
                asset: asset.to_string(),
                sha256: file.to_hex(),
            }),
            ..self.read.value.v1().clone()
        });
        changes.delete_keyed(&self.read).insert_keyed(&claimed)
    }

    /// Removes the bytes after the commit.
    pub(in crate::services) async fn committed(self) {
        self.uploads.remove_file(self.read.value.v1().name()).await;
    }
}
