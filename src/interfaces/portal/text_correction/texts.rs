//! The pages of the text of a file.

use std::sync::Arc;

use crate::app::Archive;
use crate::domain::Sha256;
use crate::domain::access::{Actor, Operation, policy};
use crate::domain::asset::{Asset, AssetId};
use crate::interfaces::http::problem::Problem;
use crate::services::delivery::{DeliveryError, TextVersion};
use crate::services::media::full_text;
use crate::services::media::text::builder::MAX_TEXT_BYTES;

/// The text of a file of a work that the actor may change.
pub(super) struct FileTexts {
    pub(super) work: Asset,
    pub(super) file: Sha256,
    /// The pages of the present text; one empty page when there is none.
    pub(super) pages: Vec<String>,
    /// The pages of what was read, when a person corrected it.
    pub(super) machine: Option<Vec<String>>,
}

impl FileTexts {
    /// Reads them.
    ///
    /// # Errors
    /// [`Problem::NotFound`], [`Problem::Forbidden`]; those of catalogue and blobs.
    pub(super) async fn read(
        actor: &Actor,
        id: AssetId,
        sha256: Sha256,
        archive: &Archive,
    ) -> Result<Self, Problem> {
        let work = archive.sharing.read_for_change(actor, id).await?;
        if !policy::may(actor, Operation::Edit, &work) {
            return Err(Problem::Forbidden);
        }
        let file = work.file(sha256).ok_or(Problem::NotFound)?;
        let is_corrected = file.text_correction.is_some();
        let read = |version| pages(actor, (id, sha256), version, archive);
        let present = read(TextVersion::Current).await?;
        let machine = match is_corrected {
            true => read(TextVersion::Machine).await?,
            false => None,
        };
        Ok(Self {
            work,
            file: sha256,
            pages: present.unwrap_or_else(|| vec![String::new()]),
            machine,
        })
    }
}

/// The pages of a text; none when there is no text.
async fn pages(
    actor: &Actor,
    (id, file): (AssetId, Sha256),
    version: TextVersion,
    archive: &Archive,
) -> Result<Option<Vec<String>>, Problem> {
    let delivery = &archive.delivery;
    let found = match delivery.text(actor, id, file, version).await {
        Err(DeliveryError::NoSuchFile) => return Ok(None),
        found => found?,
    };
    let content = delivery.open(&found).await.map_err(DeliveryError::from)?;
    let length = found.size.min(MAX_TEXT_BYTES as u64);
    let bytes = Arc::new(content).read(0..length).await;
    let bytes = bytes.map_err(DeliveryError::from)?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(Some(full_text::pages(&text).map(str::to_owned).collect()))
}
