//! Taking works in: metadata, files, and many of both at once.
//!
//! A work is taken in as a draft. Its files are recognised by their bytes, put under their hash
//! *before* the commit that names them, and never touched again. A request with an idempotency
//! key is carried out once however often it arrives. An import goes on after a bad line.
//!
//! What happens to a work afterwards is `curation`'s; both share [`Desk`] and [`ChangeError`].

mod accepted;
mod desk;
mod error;
mod follow_up;
pub mod import;
mod plan;
mod relations;
mod repeat;

use std::sync::Arc;

pub use accepted::AcceptedTypes;
pub use desk::Desk;
pub(in crate::services) use desk::with_asset;
pub use error::{ChangeError, FindError};
pub use follow_up::RELEASE_EXPIRED_EMBARGO;
pub use import::{BATCH, ImportLine, ImportRecord, ImportResult, Imported, ImportedAs};
pub use repeat::{Completed, Repeatable};

use crate::domain::access::{Actor, policy};
use crate::domain::asset::{
    Asset, AssetId, File, FileRole, RelationTarget, RelationType, Revision, TransitionError, Work,
    file_name, secrecy,
};
use crate::domain::{LanguageMap, LanguageTag, Rule, Sha256, text};
use crate::services::media::probe::probe_staged;
use crate::storage::blobs::{BlobStore, Staged};
use crate::storage::catalog::{ChangeSet, EventKind};

/// Takes works and files in.
#[derive(Clone)]
pub struct Intake {
    desk: Desk,
    blobs: Arc<dyn BlobStore>,
    accepted: Arc<AcceptedTypes>,
}

/// A work as handed in: everything but its relations is final.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deposit {
    /// The description, without relations.
    pub work: Work,
    /// What it points at.
    pub relations: Vec<WantedRelation>,
}

/// A relation whose target is still to be looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedRelation {
    /// What the work is to the target.
    pub kind: RelationType,
    /// An id or an identifier.
    pub target: RelationTarget,
}

/// What is said of a file besides its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileDetails {
    /// The name as sent; cleaned before it is kept.
    pub name: String,
    /// The media type as declared: a hint.
    pub declared_type: Option<String>,
    /// What the file is to the work.
    pub role: FileRole,
    /// Caption.
    pub title: LanguageMap,
    /// Text alternative.
    pub alt: LanguageMap,
    /// Language spoken or written in it.
    pub language: Option<LanguageTag>,
}

/// The answer to an attached file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// The work with the file.
    pub asset: Asset,
    /// Which of its files.
    pub file: Sha256,
    /// Other works, as far as the actor may see them, that have the same bytes.
    pub duplicates: Vec<AssetId>,
    /// Whether an earlier request with the same idempotency key attached it.
    pub is_replay: bool,
}

impl Intake {
    /// Takes in at this desk, keeping bytes in this store.
    pub fn new(desk: Desk, blobs: Arc<dyn BlobStore>, accepted: AcceptedTypes) -> Self {
        Self {
            desk,
            blobs,
            accepted: Arc::new(accepted),
        }
    }

    /// Takes in the description of a work, as a draft. Where no body is named it is the actor's.
    ///
    /// # Errors
    /// [`ChangeError::Forbidden`] when the actor may not deposit for that body,
    /// [`ChangeError::Invalid`] for unknown relation targets, [`ChangeError::KeyReused`].
    pub async fn create(
        &self,
        actor: &Actor,
        deposit: Deposit,
        repeat: Option<&Repeatable>,
    ) -> Result<Completed<Asset>, ChangeError> {
        let request = self.take_in(actor, deposit, repeat);
        repeat::once(&self.desk, actor, repeat, request).await
    }

    async fn take_in(
        &self,
        actor: &Actor,
        deposit: Deposit,
        repeat: Option<&Repeatable>,
    ) -> Result<Asset, ChangeError> {
        let work = self.desk.work(actor, deposit, None).await?;
        let now = self.desk.now();
        let asset = Asset::take_in(self.desk.clock.new_asset_id(), work, now);
        let changes = ChangeSet::by(actor, now).expect_absent(asset.id);
        let changes = with_asset(changes, asset.clone(), EventKind::Created);
        repeat::commit(&self.desk, actor, changes, &asset, repeat).await?;
        Ok(asset)
    }

    /// Whether the actor may attach a file to the work as it is now, to be asked before its bytes
    /// travel.
    ///
    /// # Errors
    /// Those of [`Intake::attach`] that can be known without the bytes.
    pub async fn may_attach(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
    ) -> Result<(), ChangeError> {
        let taken = self.desk.take(actor, id, expected, policy::may_edit).await;
        taken.map(drop)
    }

    /// Attaches a received file: recognises it, keeps its bytes, then names it in the catalogue.
    /// Equal bytes are stored once.
    ///
    /// # Errors
    /// [`ChangeError::UnsupportedType`]; [`ChangeError::Transition`] when the work has these bytes
    /// already, or is published and the file would break a gate; [`ChangeError::Invalid`] for a
    /// text that bears a mark of secrecy; [`ChangeError::Stale`]; [`ChangeError::KeyReused`].
    pub async fn attach(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
        staged: Staged,
        details: FileDetails,
        repeat: Option<&Repeatable>,
    ) -> Result<Attached, ChangeError> {
        let sha256 = staged.key;
        let request = async {
            let file = self.keep(actor, id, expected, staged, details).await?;
            self.name_file(actor, id, expected, file, repeat).await
        };
        let completed = repeat::once(&self.desk, actor, repeat, request).await?;
        let holders = self.desk.catalog.with_blob(sha256).await;
        let mut holders = holders.map_err(FindError::from)?;
        holders.retain(|holder| *holder != id);
        Ok(Attached {
            asset: completed.result,
            file: sha256,
            duplicates: self.desk.visible(actor, &holders).await?,
            is_replay: completed.is_replay,
        })
    }

    /// Recognises a received file and keeps its bytes. What cannot be attached is refused before.
    async fn keep(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
        staged: Staged,
        details: FileDetails,
    ) -> Result<File, ChangeError> {
        let taken = self.desk.take(actor, id, expected, policy::may_edit);
        let present = taken.await?;
        let file = self.recognise(&staged, details).await?;
        let attached = present.attach(file.clone(), &self.desk.vocabularies, self.desk.now());
        match attached {
            Ok(_) => self.blobs.put(staged).await?,
            Err(refusal @ TransitionError::AlreadyAttached(_)) => {
                // The work has these bytes; if they were damaged or lost on the disk, now they
                // are there again.
                self.blobs.put(staged).await?;
                return Err(refusal.into());
            }
            Err(refusal) => return Err(refusal.into()),
        };
        Ok(file)
    }

    /// Names kept bytes in the catalogue. Who expects no revision is not turned away because others
    /// change the work meanwhile: each conflict means that one of them got on.
    async fn name_file(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
        file: File,
        repeat: Option<&Repeatable>,
    ) -> Result<Asset, ChangeError> {
        loop {
            let taken = self.desk.take(actor, id, expected, policy::may_edit);
            let present = taken.await?;
            let (vocabularies, now) = (&self.desk.vocabularies, self.desk.now());
            let next = present.attach(file.clone(), vocabularies, now)?;
            let event = EventKind::FileAttached;
            let changes = self.desk.change(actor, &present, next.clone(), event);
            match repeat::commit(&self.desk, actor, changes, &next, repeat).await {
                Err(ChangeError::Stale { .. }) if expected.is_none() => {}
                done => return done.map(|()| next),
            }
        }
    }

    /// What a received file is, if the archive takes such files.
    async fn recognise(&self, staged: &Staged, details: FileDetails) -> Result<File, ChangeError> {
        let name = file_name::clean(&details.name);
        let probe = probe_staged(staged, details.declared_type.as_deref(), &name).await;
        if !self.accepted.takes(&probe.media_type) {
            let media_type = probe.media_type;
            return Err(ChangeError::UnsupportedType { media_type });
        }
        if probe.media_type.starts_with("text/")
            && secrecy::is_marked(&text::nfc(&String::from_utf8_lossy(&staged.head)))
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
            attached_at: self.desk.now(),
        })
    }
}
