//! Attaching files that arrived by a resumable upload.

use super::{Attached, FileDetails, Intake};
use crate::domain::access::Actor;
use crate::domain::asset::{AssetId, Revision};
use crate::services::uploads::{Claim, ClaimState, UploadsError};
use crate::services::works::idempotency::{self, Completed, IdempotentRequest};
use crate::services::works::{ChangeError, WorkAccess};

/// Why an upload did not become a file of a work.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// The upload cannot be claimed.
    #[error(transparent)]
    Upload(#[from] UploadsError),
    /// The work cannot have the file.
    #[error(transparent)]
    Change(#[from] ChangeError),
}

impl Intake {
    /// Attaches a finished upload as [`Intake::attach`] does received bytes. The commit that adds the file ends the upload.
    /// An upload that became a file of this work before is answered with the work as it is.
    ///
    /// # Errors
    /// [`UploadsError::Taken`] when it became a file of another work; those of [`Intake::attach`].
    pub async fn attach_claimed(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
        claim: Claim,
        details: FileDetails,
        idempotent: Option<&IdempotentRequest>,
    ) -> Result<Attached, ClaimError> {
        let works: &WorkAccess = &self.works;
        match claim.state {
            ClaimState::Open(staged, claim) => {
                let file = staged.key;
                let received = (staged, Some(*claim));
                let request = self.add_file(actor, (id, expected), received, details, idempotent);
                let completed = idempotency::once(works, actor, idempotent, request).await?;
                Ok(self.attached(actor, completed, file).await?)
            }
            ClaimState::Made(asset, file) if asset == id => {
                let request = async { Ok(works.find(actor, id).await?) };
                let completed = idempotency::once(works, actor, idempotent, request).await?;
                let replayed = Completed::replay(completed.result);
                Ok(self.attached(actor, replayed, file).await?)
            }
            ClaimState::Made(..) => Err(UploadsError::Taken.into()),
        }
    }
}
