//! What is made of sounds: whether an actor gets it, and its bytes.

use super::copies::Copies;
use super::deliverable::{Deliverable, rendered};
use super::error::DeliveryError;
use super::file_access::FileAccess;
use super::presentation::Presentation;
use super::service::Delivery;
use super::sounds::{SoundAccess, WaveformForm, station_copy};
use crate::domain::Sha256;
use crate::domain::access::Actor;
use crate::domain::asset::{AssetId, File};
use crate::services::media::sound;

impl Delivery {
    /// What its sound is like; nothing for those who may not hear it.
    pub(super) async fn sound_access(
        &self,
        (actor, file): (&Actor, &File),
        access: &FileAccess,
        copies: &Copies,
    ) -> Option<SoundAccess> {
        if access.deliverable.is_none() || !sound::can_measure(&file.media_type) {
            return None;
        }
        let report = match &copies.sound_report {
            Some(report) => self.reports.read(report).await,
            None => None,
        };
        let is_measured = report
            .as_ref()
            .is_none_or(|report| matches!(report.outcome, sound::Outcome::Measured(_)));
        let stations = self.stations.as_ref().filter(|_| is_measured);
        let broadcast = match stations {
            Some(stations) => {
                let copies = stations.copies((actor, file), &copies.broadcast, &self.reports);
                copies.await
            }
            None => Vec::new(),
        };
        Some(SoundAccess {
            report,
            has_waveform: copies.waveform.is_some(),
            copies: broadcast,
        })
    }

    /// The waveform of a sound, for those who may hear it.
    ///
    /// # Errors
    /// [`DeliveryError`]; [`DeliveryError::NoSuchFile`] also when it is not drawn.
    pub async fn waveform(
        &self,
        actor: &Actor,
        id: AssetId,
        sha256: Sha256,
        form: WaveformForm,
    ) -> Result<Deliverable, DeliveryError> {
        let (file, copies) = self.file_with_copies(actor, id, sha256).await?;
        let drawn = match form {
            WaveformForm::Numbers => &copies.waveform,
            WaveformForm::Picture => &copies.waveform_picture,
        };
        let drawn = drawn.as_ref().ok_or(DeliveryError::NoSuchFile)?;
        // Drawn by the archive itself: an area without text, script or address.
        let presentation = Presentation::InlineSandboxed;
        Ok(Deliverable {
            presentation,
            ..rendered(actor, &file, drawn)
        })
    }

    /// The copy of a sound for stations by a profile, for those who may hear it.
    ///
    /// # Errors
    /// [`DeliveryError`]; [`DeliveryError::NoSuchFile`] also when it is not made.
    pub async fn broadcast_copy(
        &self,
        actor: &Actor,
        (id, sha256): (AssetId, Sha256),
        profile: &str,
    ) -> Result<Deliverable, DeliveryError> {
        let (file, copies) = self.file_with_copies(actor, id, sha256).await?;
        let profiles = self.stations.iter().flat_map(|of| of.profiles.iter());
        let mut made = profiles.zip(&copies.broadcast);
        let made = made.find(|(found, _)| found.name == profile);
        let (profile, made) = made.ok_or(DeliveryError::NoSuchFile)?;
        let copy = made.copy.as_ref().ok_or(DeliveryError::NoSuchFile)?;
        Ok(station_copy(actor, &file, profile, copy))
    }
}
