//! Adding sealed files to works: the papers that prove a consent.

use super::Intake;
use crate::domain::Rule;
use crate::domain::access::{Actor, Operation};
use crate::domain::asset::{Asset, AssetId, Revision, SealedFile};
use crate::services::media::probe::probe_staged;
use crate::services::works::idempotency::{self, Completed, IdempotentRequest};
use crate::services::works::{ChangeError, WorkAccess};
use crate::storage::blobs::Staged;
use crate::storage::catalog::EventKind;

impl Intake {
    /// Adds a received file to the sealed files of a work: detects its type, stores its bytes, then commits. The name
    /// that it was sent with is not kept.
    ///
    /// # Errors
    /// [`ChangeError::UnsupportedType`]; [`ChangeError::Invalid`] for an empty file; [`ChangeError::Transition`] when
    /// the work has these bytes sealed already, or as many sealed files as it may; [`ChangeError::Stale`];
    /// [`ChangeError::KeyReused`].
    pub async fn add_sealed(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
        (staged, declared_type): (Staged, Option<String>),
        idempotent: Option<&IdempotentRequest>,
    ) -> Result<Completed<Asset>, ChangeError> {
        let request = async {
            let present = find(&self.works, actor, id, expected).await?;
            let file = self.describe_sealed(&staged, declared_type).await?;
            // What is refused is refused before the bytes are stored.
            present.add_sealed(file.clone())?;
            self.blobs.put(staged).await?;
            self.commit_sealed(actor, id, expected, file, idempotent)
                .await
        };
        idempotency::once(&self.works, actor, idempotent, request).await
    }

    async fn describe_sealed(
        &self,
        staged: &Staged,
        declared_type: Option<String>,
    ) -> Result<SealedFile, ChangeError> {
        if staged.size == 0 {
            return Err(ChangeError::invalid("", Rule::EmptyFile));
        }
        let probe = probe_staged(staged, declared_type.as_deref(), "").await;
        if !self.accepted_types.contains(&probe.media_type) {
            return Err(ChangeError::UnsupportedType {
                media_type: probe.media_type,
                accepted: self.accepted_types.patterns().to_vec(),
            });
        }
        Ok(SealedFile {
            sha256: staged.key,
            media_type: probe.media_type,
            size: staged.size,
            added_at: self.works.now(),
        })
    }

    /// Without an expected revision a conflict is retried: each conflict means that another change was committed.
    async fn commit_sealed(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
        file: SealedFile,
        idempotent: Option<&IdempotentRequest>,
    ) -> Result<Asset, ChangeError> {
        loop {
            let present = find(&self.works, actor, id, expected).await?;
            let next = present.add_sealed(file.clone())?;
            let event = EventKind::SealedFileAdded;
            let changes = self.works.change_set(actor, &present, next.clone(), event);
            match idempotency::commit(&self.works, actor, changes, &next, idempotent).await {
                Err(ChangeError::Stale { .. }) if expected.is_none() => {}
                result => return result.map(|()| next),
            }
        }
    }
}

async fn find(
    works: &WorkAccess,
    actor: &Actor,
    id: AssetId,
    expected: Option<Revision>,
) -> Result<Asset, ChangeError> {
    works
        .find_for_change(actor, id, expected, Operation::Edit)
        .await
}
