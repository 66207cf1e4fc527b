//! Captions as every player reads them, and what is wrong in them.

use std::sync::Arc;

use bytes::Bytes;
use sha2::Digest as _;

use super::content::Content;
use super::deliverable::Deliverable;
use super::error::DeliveryError;
use super::service::Delivery;
use crate::domain::Sha256;
use crate::domain::access::Actor;
use crate::domain::asset::AssetId;
use crate::services::media::captions::{self, Captions};
use crate::services::media::text::encoding::{self, Encoding};
use crate::storage::blocking;

const WEBVTT: &str = "text/vtt";

impl Delivery {
    /// The captions of a file, for those who get the file.
    ///
    /// # Errors
    /// [`DeliveryError`]; [`DeliveryError::NoSuchFile`] also when it has none, or more than
    /// [`MAX_BYTES`](captions::MAX_BYTES).
    pub async fn captions(
        &self,
        actor: &Actor,
        id: AssetId,
        sha256: Sha256,
    ) -> Result<Captions, DeliveryError> {
        let (_, captions) = self.read_captions(actor, id, sha256).await?;
        Ok(captions)
    }

    /// The captions of a file as WebVTT, for those who get the file.
    ///
    /// # Errors
    /// As those of [`Self::captions`].
    pub async fn captions_as_webvtt(
        &self,
        actor: &Actor,
        id: AssetId,
        sha256: Sha256,
    ) -> Result<(Deliverable, Content), DeliveryError> {
        let (of_file, captions) = self.read_captions(actor, id, sha256).await?;
        let bytes = Bytes::from(captions.to_webvtt());
        let key = Sha256::from_bytes(sha2::Sha256::digest(&bytes).into());
        let name = of_file.file_name.rsplit_once('.');
        let name = name.map_or(of_file.file_name.as_str(), |(name, _)| name);
        let deliverable = Deliverable {
            key,
            size: bytes.len() as u64,
            media_type: WEBVTT.to_owned(),
            file_name: format!("{name}.vtt"),
            ..of_file
        };
        Ok((deliverable, Content::of_bytes(key, bytes)))
    }

    async fn read_captions(
        &self,
        actor: &Actor,
        id: AssetId,
        sha256: Sha256,
    ) -> Result<(Deliverable, Captions), DeliveryError> {
        let file = self.file(actor, id, sha256).await?;
        let (essence, parameter) = match file.media_type.split_once("; charset=") {
            Some((essence, charset)) => (essence, Some(charset)),
            None => (file.media_type.as_str(), None),
        };
        if !captions::can_read(essence) || file.size > captions::MAX_BYTES {
            return Err(DeliveryError::NoSuchFile);
        }
        let encoding = parameter.and_then(Encoding::from_charset);
        let encoding = encoding.unwrap_or(Encoding::Utf8);
        let content = Arc::new(self.open(&file).await?);
        let bytes = content.read(0..file.size).await?;
        let essence = essence.to_owned();
        let read = move || captions::read(&encoding::decode(&bytes, encoding), &essence);
        Ok((file, blocking(read).await))
    }
}
