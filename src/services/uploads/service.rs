//! Creates, continues and ends uploads.

use std::sync::Arc;
use std::time::Duration;

use super::holding::{Hold, Holdings};
use super::receiving::{Checksum, Receiving};
use super::record::{self, Phase, UploadRecord, UploadV1};
use super::{UploadId, UploadsError};
use crate::clock::Clock;
use crate::domain::access::{Actor, Permission};
use crate::domain::asset::AssetId;
use crate::domain::{Slug, Timestamp};
use crate::services::quotas::Quotas;
use crate::storage::blobs::{Arrived, Hasher, PartialFiles, Staging};
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{CatalogError, ChangeSet, KeyRange, RecordStore, Versioned};

/// The uploads of everybody. Clones share them.
#[derive(Clone)]
pub struct Uploads {
    pub(super) catalog: Arc<dyn RecordStore>,
    pub(super) files: PartialFiles,
    pub(super) staging: Staging,
    pub(super) holdings: Holdings,
    pub(super) clock: Clock,
    quotas: Quotas,
    limits: Limits,
}

/// What uploads are limited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest file, in bytes.
    pub bytes: u64,
    /// Uploads of one owner that are neither claimed nor expired.
    pub of_owner: usize,
    /// How long an upload lasts.
    pub lasts: Duration,
}

/// An upload as its client announces it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUpload {
    /// The number of bytes.
    pub length: u64,
    /// `Upload-Metadata` as sent.
    pub metadata: String,
    /// The idempotency key: the same owner gets the same upload for it.
    pub key: Option<String>,
}

/// An upload as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadState {
    /// Its id.
    pub id: UploadId,
    /// The number of bytes that have arrived.
    pub offset: u64,
    /// The announced number.
    pub length: u64,
    /// `Upload-Metadata` as sent.
    pub metadata: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The work of which it became a file.
    pub claimed: Option<AssetId>,
}

impl Uploads {
    /// Uploads with these records and partial files.
    pub fn new(
        catalog: Arc<dyn RecordStore>,
        (files, staging): (PartialFiles, Staging),
        quotas: Quotas,
        clock: Clock,
        limits: Limits,
    ) -> Self {
        Self {
            catalog,
            files,
            staging,
            holdings: Holdings::default(),
            clock,
            quotas,
            limits,
        }
    }

    /// What uploads are limited to.
    pub const fn limits(&self) -> Limits {
        self.limits
    }

    /// Creates an upload, which counts for the body of the actor. Gives true with one that was created before under the same
    /// key.
    ///
    /// # Errors
    /// [`UploadsError::TooLarge`], [`UploadsError::TooMany`], [`UploadsError::KeyReused`]; [`CatalogError::Exceeds`] beyond the
    /// quota.
    pub async fn create(
        &self,
        actor: &Actor,
        new: NewUpload,
    ) -> Result<(UploadState, bool), UploadsError> {
        let owner = self.owner_of(actor)?;
        if new.length > self.limits.bytes {
            let limit = self.limits.bytes;
            return Err(UploadsError::TooLarge { limit });
        }
        let id = match &new.key {
            Some(key) => id_for_key(&owner, key),
            None => UploadId::from_bytes(self.clock.random_bytes()),
        };
        if new.key.is_some()
            && let Some(earlier) = self.earlier(actor, id, &new).await?
        {
            return Ok((earlier, true));
        }
        match self.insert(actor, owner, id, &new).await {
            // An equal request was faster.
            Err(UploadsError::Catalog(CatalogError::RecordConflict { .. })) => {
                let earlier = self.earlier(actor, id, &new).await?;
                Ok((earlier.ok_or(UploadsError::KeyReused)?, true))
            }
            inserted => Ok((inserted?, false)),
        }
    }

    async fn insert(
        &self,
        actor: &Actor,
        owner: String,
        id: UploadId,
        new: &NewUpload,
    ) -> Result<UploadState, UploadsError> {
        self.check_number(&owner).await?;
        let now = self.clock.now();
        let lasts = i64::try_from(self.limits.lasts.as_secs()).unwrap_or(i64::MAX);
        let upload = UploadV1 {
            id: id.to_string(),
            owner,
            organisation: actor.organisation().map(Slug::to_string),
            length: new.length,
            metadata: new.metadata.clone(),
            expires_at_ms: now.plus_seconds(lasts).as_millis(),
            claimed: None,
        };
        let state = state_of(id, &upload, 0);
        let changes = ChangeSet::by(actor, now).insert_keyed(&UploadRecord::V1(upload))?;
        let limit = self.quotas.limit(actor.organisation());
        let changes = limit.into_iter().fold(changes, ChangeSet::within);
        self.catalog.commit(changes).await?;
        Ok(state)
    }

    /// Requests that run at the same time may exceed the number by as many as one caller may have under way.
    async fn check_number(&self, owner: &str) -> Result<(), UploadsError> {
        let limit = self.limits.of_owner;
        let range = KeyRange::prefix(record::prefix(owner, Phase::Open));
        let present = self.catalog.all_keyed::<UploadRecord>(range, limit).await?;
        if present.len() < limit {
            Ok(())
        } else {
            Err(UploadsError::TooMany { limit })
        }
    }

    /// The upload that was created under the same key, if it was announced in the same way.
    async fn earlier(
        &self,
        actor: &Actor,
        id: UploadId,
        new: &NewUpload,
    ) -> Result<Option<UploadState>, UploadsError> {
        let read = match self.find(actor, id).await {
            Err(UploadsError::NotFound) => return Ok(None),
            found => found?,
        };
        let upload = read.value.v1();
        if upload.length != new.length || upload.metadata != new.metadata {
            return Err(UploadsError::KeyReused);
        }
        self.resume(actor, id).await.map(Some)
    }

    /// The upload, and where to go on with it. Ends a part that is under way.
    ///
    /// # Errors
    /// [`UploadsError::NotFound`], [`UploadsError::Held`].
    pub async fn resume(&self, actor: &Actor, id: UploadId) -> Result<UploadState, UploadsError> {
        // Nothing is kept in memory for ids of nobody.
        self.find(actor, id).await?;
        let mut hold = self.holdings.take_over(id).await?;
        let read = self.find(actor, id).await?;
        let offset = self.offset(&mut hold, read.value.v1()).await?;
        Ok(state_of(id, read.value.v1(), offset))
    }

    /// Makes ready to append a part of `announced` bytes, if that is known, at `offset`.
    ///
    /// # Errors
    /// [`UploadsError::WrongOffset`], [`UploadsError::TooLong`], [`UploadsError::NotFound`]; [`UploadsError::Held`] while another part is
    /// under way.
    pub async fn append(
        &self,
        actor: &Actor,
        id: UploadId,
        (offset, announced): (u64, Option<u64>),
        checksum: Option<Checksum>,
    ) -> Result<(Receiving, Timestamp), UploadsError> {
        self.find(actor, id).await?;
        let mut hold = self.holdings.take(id).await?;
        let read = self.find(actor, id).await?;
        let upload = read.value.v1();
        let present = self.offset(&mut hold, upload).await?;
        if present != offset {
            return Err(UploadsError::WrongOffset { offset: present });
        }
        let length = upload.length;
        if announced.unwrap_or(0) > length - present {
            return Err(UploadsError::TooLong { length });
        }
        let before = hold.arrived.clone().unwrap_or(Arrived {
            length: present,
            hasher: None,
        });
        let (files, name) = (self.files.clone(), upload.name().to_owned());
        let receiving = Receiving::begin(files, name, (before, length), hold, checksum).await?;
        Ok((receiving, upload.expires_at()))
    }

    /// Ends an upload and deletes what has arrived of it. A file of a work that it became stays.
    ///
    /// # Errors
    /// [`UploadsError::NotFound`], [`UploadsError::Held`].
    pub async fn terminate(&self, actor: &Actor, id: UploadId) -> Result<(), UploadsError> {
        self.find(actor, id).await?;
        let mut hold = self.holdings.take_over(id).await?;
        let read = self.find(actor, id).await?;
        let changes = ChangeSet::by(actor, self.clock.now()).delete_keyed(&read);
        self.catalog.commit(changes).await?;
        *hold.arrived = None;
        self.remove_file(read.value.v1().name()).await;
        Ok(())
    }

    /// How much has arrived of an upload that is held.
    pub(super) async fn offset(
        &self,
        hold: &mut Hold,
        upload: &UploadV1,
    ) -> Result<u64, UploadsError> {
        if upload.claimed.is_some() {
            return Ok(upload.length);
        }
        let arrived = match &*hold.arrived {
            Some(known) => known.length,
            None => {
                let found = self.files.arrived(upload.name()).await?;
                hold.arrived.insert(found).length
            }
        };
        Ok(arrived.min(upload.length))
    }

    /// The upload of this id, if it is one of the actor and has not expired.
    pub(super) async fn find(
        &self,
        actor: &Actor,
        id: UploadId,
    ) -> Result<Versioned<UploadRecord>, UploadsError> {
        let owner = self.owner_of(actor)?;
        let mut read = None;
        for phase in [Phase::Open, Phase::Claimed] {
            if read.is_none() {
                let key = record::key(&owner, phase, id);
                read = self.catalog.keyed::<UploadRecord>(&key).await?;
            }
        }
        let now = self.clock.now();
        let read = read.filter(|read| {
            let upload = read.value.v1();
            upload.is_alive(now) && upload.is_of_body(actor)
        });
        read.ok_or(UploadsError::NotFound)
    }

    /// What cannot be removed now is removed by the sweep.
    pub(super) async fn remove_file(&self, name: &str) {
        if let Err(error) = self.files.remove(name).await {
            tracing::warn!(upload = name, %error, "the bytes of an upload could not be deleted; the next sweep tries again");
        }
    }

    fn owner_of(&self, actor: &Actor) -> Result<String, UploadsError> {
        record::owner_of(actor)
            .filter(|_| actor.may(Permission::Deposit))
            .ok_or(UploadsError::Forbidden)
    }
}

pub(super) fn state_of(id: UploadId, upload: &UploadV1, offset: u64) -> UploadState {
    let claimed = upload.claimed.as_ref();
    UploadState {
        id,
        offset,
        length: upload.length,
        metadata: upload.metadata.clone(),
        expires_at: upload.expires_at(),
        claimed: claimed.and_then(|claimed| claimed.asset.parse().ok()),
    }
}

/// The same for the same owner and key, and no upload of another owner can be found by it.
fn id_for_key(owner: &str, key: &str) -> UploadId {
    let mut hasher = Hasher::new();
    for part in [owner, "\n", key] {
        hasher.update(part.as_bytes());
    }
    let digest = hasher.finish();
    let mut id = [0; 16];
    id.copy_from_slice(&digest.as_bytes()[..16]);
    UploadId::from_bytes(id)
}
