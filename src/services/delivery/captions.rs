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
use crate::domain::asset::file::{charset_of, essence_of};
use crate::services::media::captions::{self, Captions};
use crate::services::media::text::encoding::{self, Encoding};
use crate::storage::blocking;

const WEBVTT: &str = "text/vtt";

/// A file with captions, and its bytes.
struct CaptionsFile {
    file: Deliverable,
    bytes: Bytes,
}

impl CaptionsFile {
    /// Blocks for the time of reading megabytes.
    fn parse(&self) -> Captions {
        let media_type = &self.file.media_type;
        let charset = charset_of(media_type).and_then(Encoding::from_charset);
        let text = encoding::decode(&self.bytes, charset.unwrap_or(Encoding::Utf8));
        captions::read(&text, essence_of(media_type))
    }

    /// The captions as a file of their own. Blocks.
    fn into_webvtt(self) -> (Deliverable, Content) {
        let bytes = Bytes::from(self.parse().to_webvtt());
        let key = Sha256::from_bytes(sha2::Sha256::digest(&bytes).into());
        let name = &self.file.file_name;
        let name = name
            .rsplit_once('.')
            .map_or(name.as_str(), |(name, _)| name);
        let deliverable = Deliverable {
            key,
            size: bytes.len() as u64,
            media_type: WEBVTT.to_owned(),
            file_name: format!("{name}.vtt"),
            ..self.file
        };
        (deliverable, Content::of_bytes(key, bytes))
    }
}

impl Delivery {
    /// The captions of a file, for those who get the file.
    ///
    /// # Errors
    /// [`DeliveryError`]; [`DeliveryError::NoSuchFile`] also when it has none that can be read.
    pub async fn captions(
        &self,
        actor: &Actor,
        id: AssetId,
        sha256: Sha256,
    ) -> Result<Captions, DeliveryError> {
        let file = self.captions_file(actor, id, sha256).await?;
        Ok(blocking(move || file.parse()).await)
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
        let file = self.captions_file(actor, id, sha256).await?;
        Ok(blocking(move || file.into_webvtt()).await)
    }

    async fn captions_file(
        &self,
        actor: &Actor,
        id: AssetId,
        sha256: Sha256,
    ) -> Result<CaptionsFile, DeliveryError> {
        let file = self.file(actor, id, sha256).await?;
        if !captions::can_read(essence_of(&file.media_type), file.size) {
            return Err(DeliveryError::NoSuchFile);
        }
        let content = Arc::new(self.open(&file).await?);
        let bytes = content.read(0..file.size).await?;
        Ok(CaptionsFile { file, bytes })
    }
}
