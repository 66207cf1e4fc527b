//! Adding sealed files to works: the papers that prove a consent.

use super::Intake;
use crate::domain::Rule;
use crate::domain::access::{Actor, Operation};
use crate::domain::asset::{Asset, AssetId, Revision, SealedFile};
use crate::services::media::probe::probe_staged;
use crate::services::works::ChangeError;
use crate::services::works::idempotency::{self, Completed, IdempotentRequest};
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
            let present = self
                .works
                .find_for_change(actor, id, expected, Operation::Edit)
                .await?;
            let file = self.describe_sealed(&staged, declared_type).await?;
            // What is refused is refused before the bytes are stored.
            present.add_sealed(file.clone())?;
            self.blobs.put(staged).await?;
            let event = EventKind::SealedFileAdded;
            let add = |present: &Asset| present.add_sealed(file.clone());
            self.commit_addition(actor, (id, expected), event, add, Ok, idempotent)
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
}
