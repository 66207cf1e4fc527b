//! Writes a copy into the staging area: as ffmpeg made it, or as Broadcast WAV around its samples.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use super::bext::{Bext, PcmFormat, wav_head};
use super::report::MadeCopy;
use crate::domain::Sha256;
use crate::services::media::sound::Measurement;
use crate::services::programs::Version;
use crate::storage::blobs::{Announced, Incoming, Staged, Staging, StagingError};
use crate::storage::blocking;

/// Bytes copied at a time.
const PIECE_BYTES: usize = 1 << 20;
/// The most chunks before the samples.
const MAX_CHUNKS: usize = 100;

/// Why a copy was not written.
#[derive(Debug, thiserror::Error)]
pub(super) enum WriteError {
    /// What ffmpeg wrote cannot be read, or is no WAV.
    #[error("the copy cannot be read")]
    Read(#[from] io::Error),
    /// It could not be staged.
    #[error(transparent)]
    Staging(#[from] StagingError),
}

/// The file as it is.
pub(super) async fn as_it_is(staging: &Staging, file: &File) -> Result<Staged, WriteError> {
    let file = Arc::new(file.try_clone()?);
    let length = file.metadata()?.len();
    let mut incoming = staging.begin(Announced::default(), u64::MAX)?;
    copy(&mut incoming, file, 0..length).await?;
    Ok(incoming.finish().await?)
}

/// A WAV with the chunk of broadcasting; `None` when it would be longer than a WAV can be.
pub(super) async fn broadcast_wav(
    staging: &Staging,
    wav: &File,
    bext: &Bext,
) -> Result<Option<Staged>, WriteError> {
    let wav = Arc::new(wav.try_clone()?);
    let reader = Arc::clone(&wav);
    let (format, samples) = blocking(move || find_samples(&reader)).await?;
    let length = samples.end - samples.start;
    let Some(head) = wav_head(format, length, bext) else {
        return Ok(None);
    };
    let mut incoming = staging.begin(Announced::default(), u64::MAX)?;
    incoming.write(&head).await?;
    copy(&mut incoming, wav, samples).await?;
    if length % 2 == 1 {
        incoming.write(&[0]).await?;
    }
    Ok(Some(incoming.finish().await?))
}

async fn copy(
    incoming: &mut Incoming,
    file: Arc<File>,
    range: std::ops::Range<u64>,
) -> Result<(), WriteError> {
    let mut at = range.start;
    while at < range.end {
        let length = (range.end - at).min(PIECE_BYTES as u64);
        let reader = Arc::clone(&file);
        let read = move || {
            let mut bytes = vec![0; length as usize];
            reader.read_exact_at(&mut bytes, at).map(|()| bytes)
        };
        incoming.write(&blocking(read).await?).await?;
        at += length;
    }
    Ok(())
}

/// The format of a WAV and where its samples are.
fn find_samples(file: &File) -> io::Result<(PcmFormat, std::ops::Range<u64>)> {
    let length = file.metadata()?.len();
    let no_wav = || io::Error::from(io::ErrorKind::InvalidData);
    let mut format = None;
    let mut at = 12;
    for _ in 0..MAX_CHUNKS {
        let mut head = [0; 8];
        file.read_exact_at(&mut head, at)?;
        let [n0, n1, n2, n3, size @ ..] = head;
        let size = u64::from(u32::from_le_bytes(size));
        match &[n0, n1, n2, n3] {
            b"fmt " => {
                let mut fmt = [0; 16];
                file.read_exact_at(&mut fmt, at + 8)?;
                format = Some(PcmFormat {
                    channels: u16::from_le_bytes([fmt[2], fmt[3]]),
                    rate_hz: u32::from_le_bytes([fmt[4], fmt[5], fmt[6], fmt[7]]),
                    bits: u16::from_le_bytes([fmt[14], fmt[15]]),
                });
            }
            b"data" => {
                let start = at + 8;
                let format = format.ok_or_else(no_wav)?;
                return Ok((format, start..length.min(start.saturating_add(size))));
            }
            _ => {}
        }
        at = at.saturating_add(8 + size + size % 2);
    }
    Err(no_wav())
}

/// What the chunk says of a copy. Nothing in it depends on the work: works share the copies of equal recordings.
pub(super) fn bext(of: Sha256, source: &Measurement, copy: &MadeCopy, encoder: Version) -> Bext {
    let name = of.to_hex();
    let channels = |count: u32| if count == 1 { "mono" } else { "stereo" };
    let (rate, mode) = (copy.rate_hz, channels(source.channel_count));
    let program = env!("CARGO_PKG_VERSION");
    let now = format!("A=PCM,F={rate},W=16,M={mode},T=khochung {program}; ffmpeg {encoder}");
    Bext {
        description: format!("SHA-256 of the original: {name}"),
        originator: "Kho Chung".to_owned(),
        reference: name[..32].to_owned(),
        loudness: copy.loudness,
        range: copy.range,
        true_peak: copy.true_peak,
        history: vec![now],
    }
}
