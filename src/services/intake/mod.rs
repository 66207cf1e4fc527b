//! Intake of works: metadata, files, and imports of many works.
//!
//! A new work is a draft. The type of a file is detected from its bytes; the bytes are stored under
//! their hash *before* the commit that names them, and are never modified. A request with an
//! idempotency key is carried out once, however often it arrives. An import continues after a bad
//! line.
//!
//! Changes of deposited works are in `curation`; access to works is in `works`.

mod accepted_types;
mod claimed;
mod file_details;
pub mod import;
mod sealed_files;
mod text_corrections;

use std::sync::Arc;

pub use accepted_types::AcceptedTypes;
pub use claimed::ClaimError;
pub use file_details::{FileDetails, Placement};
pub(in crate::services) use import::RowPlan;
pub use import::{BATCH, ImportLine, ImportRecord, ImportResult, Imported, ImportedAs, RowRequest};

use crate::domain::access::{Actor, Operation};
use crate::domain::asset::{
    Asset, AssetId, File, FileRole, Processing, Revision, State, TransitionError, file_name,
    secrecy,
};
use crate::domain::{Rule, Sha256};
use crate::services::media::probe::probe_staged;
use crate::services::media::public_copy;
use crate::services::media::text::encoding::{self, Encoding};
use crate::services::uploads::OpenClaim;
use crate::services::works::idempotency::{self, Completed, IdempotentRequest};
use crate::services::works::{ChangeError, Deposit, WorkAccess};
use crate::storage::blobs::{BlobStore, Staged, Staging};
use crate::storage::catalog::{CatalogError, ChangeSet, EventKind};

/// Creates works and attaches files.
#[derive(Clone)]
pub struct Intake {
    works: WorkAccess,
    blobs: Arc<dyn BlobStore>,
    staging: Staging,
    accepted_types: Arc<AcceptedTypes>,
}

/// A file whose bytes are stored, to be committed.
struct AddedFile<'a> {
    file: File,
    placement: Placement,
    /// The upload that its bytes came by.
    claim: Option<&'a OpenClaim>,
}

/// The result of attaching a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// The work with the file.
    pub asset: Asset,
    /// The hash of the attached file.
    pub file: Sha256,
    /// Other works with the same bytes that the actor may see.
    pub duplicates: Vec<AssetId>,
    /// Whether an earlier request with the same idempotency key attached it.
    pub is_replay: bool,
}

impl Intake {
    /// Intake into this catalogue and this blob store, through this staging folder.
    pub fn new(
        works: WorkAccess,
        (blobs, staging): (Arc<dyn BlobStore>, Staging),
        accepted: AcceptedTypes,
    ) -> Self {
        Self {
            works,
            blobs,
            staging,
            accepted_types: Arc::new(accepted),
        }
    }

    /// Intake for this reason, which is kept with the revisions.
    #[must_use]
    pub fn because(&self, reason: Option<&str>) -> Self {
        Self {
            works: self.works.because(reason),
            ..self.clone()
        }
    }

    /// Creates a draft with this description. Its organisation is that of the actor unless it names one.
    ///
    /// # Errors
    /// [`ChangeError::Forbidden`] when the actor may not deposit for the organisation,
    /// [`ChangeError::Invalid`] for unknown relation targets, [`ChangeError::KeyReused`].
    pub async fn create(
        &self,
        actor: &Actor,
        deposit: Deposit,
        idempotent: Option<&IdempotentRequest>,
    ) -> Result<Completed<Asset>, ChangeError> {
        let request = self.create_draft(actor, deposit, idempotent);
        let completed = idempotency::once(&self.works, actor, idempotent, request).await?;
        Ok(Completed {
            result: self.works.shown_to(actor, completed.result).await?,
            ..completed
        })
    }

    async fn create_draft(
        &self,
        actor: &Actor,
        deposit: Deposit,
        idempotent: Option<&IdempotentRequest>,
    ) -> Result<Asset, ChangeError> {
        let work = self.works.resolve_deposit(actor, deposit, None).await?;
        let now = self.works.now();
        let asset = Asset::take_in(self.works.clock.new_asset_id(), work, now);
        let changes = self.works.put(
            ChangeSet::by(actor, now).expect_absent(asset.id),
            asset.clone(),
            EventKind::Created,
        );
        idempotency::commit(&self.works, actor, changes, &asset, idempotent).await?;
        Ok(asset)
    }

    /// Checks that the actor may attach a file to the work, before the bytes are received. A request whose
    /// idempotency key is remembered may be a repetition that the work, as it is now, would refuse: its actor
    /// need only see the work.
    ///
    /// # Errors
    /// Those of [`Intake::attach`] that do not depend on the bytes.
    pub async fn check_may_attach(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
        idempotency_key: Option<&str>,
    ) -> Result<(), ChangeError> {
        if let Some(key) = idempotency_key
            && idempotency::is_remembered(&self.works, actor, key).await?
        {
            return Ok(self.works.find(actor, id).await.map(drop)?);
        }
        let present = self
            .works
            .find_for_change(actor, id, expected, Operation::Edit)
            .await?;
        Ok(self.works.check_room(&present).await?)
    }

    /// Attaches a received file, or puts it in the place of another as its new version: detects its type,
    /// stores its bytes, then commits the work with the file. Equal bytes are stored once. The bytes of a
    /// replaced file stay with the earlier revisions.
    ///
    /// # Errors
    /// [`ChangeError::UnsupportedType`]; [`ChangeError::Transition`] when the work has these bytes
    /// already, has no file to replace, or is published and the file would fail a condition of publication;
    /// [`ChangeError::Invalid`] for a text with a mark of state secrecy, and for a file without a possible
    /// public copy when the work is published; [`ChangeError::Stale`]; [`ChangeError::KeyReused`].
    pub async fn attach(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
        staged: Staged,
        details: FileDetails,
        idempotent: Option<&IdempotentRequest>,
    ) -> Result<Attached, ChangeError> {
        let sha256 = staged.key;
        let request = self.add_file(actor, (id, expected), (staged, None), details, idempotent);
        let completed = idempotency::once(&self.works, actor, idempotent, request).await?;
        self.attached(actor, completed, sha256).await
    }

    /// Stores the bytes, then commits the work with the file and the claim of the upload that they came by.
    async fn add_file(
        &self,
        actor: &Actor,
        (id, expected): (AssetId, Option<Revision>),
        (staged, claim): (Staged, Option<OpenClaim>),
        details: FileDetails,
        idempotent: Option<&IdempotentRequest>,
    ) -> Result<Asset, ChangeError> {
        let placement = details.placement;
        let present = self
            .works
            .find_for_change(actor, id, expected, Operation::Edit)
            .await?;
        let file = self.store_file(&present, staged, details).await?;
        let added = AddedFile {
            file,
            placement,
            claim: claim.as_ref(),
        };
        let asset = self
            .commit_file(actor, (id, expected), added, idempotent)
            .await?;
        if let Some(claim) = claim {
            claim.committed().await;
        }
        Ok(asset)
    }

    async fn attached(
        &self,
        actor: &Actor,
        completed: Completed<Asset>,
        file: Sha256,
    ) -> Result<Attached, ChangeError> {
        let Completed { result, is_replay } = completed;
        let id = result.id;
        let holders = self.works.visible_with_file(actor, file).await?;
        Ok(Attached {
            asset: self.works.shown_to(actor, result).await?,
            file,
            duplicates: holders.into_iter().filter(|other| *other != id).collect(),
            is_replay,
        })
    }

    /// Describes a received file and stores its bytes. A file that cannot be attached is refused
    /// before.
    async fn store_file(
        &self,
        present: &Asset,
        staged: Staged,
        details: FileDetails,
    ) -> Result<File, ChangeError> {
        let placement = details.placement;
        let details = details.completed(present);
        let file = self.describe_file(&staged, details).await?;
        if present.state == State::Published
            && let Processing::Failed(failure) = public_copy::state(&file, None, &[])
        {
            let pointer = format!("/files/{}", placement.index(present));
            return Err(ChangeError::invalid(pointer, Rule::NoPublicCopy(failure)));
        }
        let (vocabularies, now) = (&self.works.vocabularies, self.works.now());
        match placement.add(present, file.clone(), vocabularies, now) {
            Ok(_) => self.blobs.put(staged).await?,
            Err(refusal @ TransitionError::AlreadyAttached(_)) => {
                // The work has these bytes. If they were damaged or lost on the disk, this repairs
                // them.
                self.blobs.put(staged).await?;
                return Err(refusal.into());
            }
            Err(refusal) => return Err(refusal.into()),
        };
        Ok(file)
    }

    /// Commits the work with a file whose bytes are stored.
    async fn commit_file(
        &self,
        actor: &Actor,
        (id, expected): (AssetId, Option<Revision>),
        added: AddedFile<'_>,
        idempotent: Option<&IdempotentRequest>,
    ) -> Result<Asset, ChangeError> {
        let AddedFile {
            file,
            placement,
            claim,
        } = added;
        let works = &self.works;
        let add = |present: &Asset| {
            placement.add(present, file.clone(), &works.vocabularies, works.now())
        };
        let complete = |changes: ChangeSet| match claim {
            Some(claim) => claim.add_to(changes, id, file.sha256),
            None => Ok(changes),
        };
        let event = placement.event();
        self.commit_addition(actor, (id, expected), event, add, complete, idempotent)
            .await
    }

    /// Commits what an addition makes of the present work, and what `complete` adds to the commit. Without an expected
    /// revision a conflict is retried: each conflict means that another change was committed.
    async fn commit_addition(
        &self,
        actor: &Actor,
        (id, expected): (AssetId, Option<Revision>),
        event: EventKind,
        add: impl Fn(&Asset) -> Result<Asset, TransitionError>,
        complete: impl Fn(ChangeSet) -> Result<ChangeSet, CatalogError>,
        idempotent: Option<&IdempotentRequest>,
    ) -> Result<Asset, ChangeError> {
        loop {
            let present = self
                .works
                .find_for_change(actor, id, expected, Operation::Edit)
                .await?;
            let next = add(&present)?;
            let changes = self.works.change_set(actor, &present, next.clone(), event);
            let changes = complete(changes)?;
            match idempotency::commit(&self.works, actor, changes, &next, idempotent).await {
                Err(ChangeError::Stale { .. }) if expected.is_none() => {}
                result => return result.map(|()| next),
            }
        }
    }

    /// The record of a received file, if the archive accepts its type.
    async fn describe_file(
        &self,
        staged: &Staged,
        details: FileDetails,
    ) -> Result<File, ChangeError> {
        if staged.size == 0 && details.role == FileRole::Original {
            return Err(ChangeError::invalid("", Rule::EmptyFile));
        }
        let name = file_name::clean(&details.name);
        let probe = probe_staged(staged, details.declared_type.as_deref(), &name).await;
        if !self.accepted_types.contains(&probe.media_type) {
            let media_type = probe.media_type;
            let accepted = self.accepted_types.patterns().to_vec();
            return Err(ChangeError::UnsupportedType {
                media_type,
                accepted,
            });
        }
        if probe.media_type.starts_with("text/")
            && secrecy::is_marked(&decoded_head(staged, &probe.media_type))
        {
            return Err(ChangeError::invalid("", Rule::SecrecyMark));
        }
        Ok(File {
            sha256: staged.key,
            role: details.role,
            media_type: probe.media_type,
            size: staged.size,
            name,
            title: details.title,
            alt: details.alt,
            language: details.language,
            facts: probe.facts,
            redacted: Vec::new(),
            text_correction: None,
            attached_at: self.works.now(),
        })
    }
}

/// The beginning of a text file.
fn decoded_head(staged: &Staged, media_type: &str) -> String {
    let charset = media_type.split_once("; charset=");
    let encoding = charset.and_then(|(_, name)| Encoding::from_charset(name));
    encoding::decode(&staged.head, encoding.unwrap_or(Encoding::Utf8))
}
