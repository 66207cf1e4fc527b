//! Measures a recording in one pass with bounded memory.

use std::fs::File;
use std::path::Path;

use super::decoder::{Decoder, Format, Piece};
use super::defects::{ChannelSums, ClippingFinder, SilenceFinder, Stretch};
use super::error::SoundError;
use super::loudness::LoudnessMeter;
use super::report::{Gap, Measurement, millis};
use super::waveform::{Waveform, WaveformBuilder};
use crate::domain::sound::SoundFailure;
use crate::services::media::stop_sign::StopSign;

/// The longest recording that is measured: what is kept of each twentieth of a second adds up.
const MAX_HOURS: u64 = 48;

/// Measures the file at `path` and draws its waveform, until `sign` says stop. Blocks for a thousandth to a hundredth of
/// its length.
///
/// # Errors
/// [`SoundError`].
pub fn measure(path: &Path, sign: StopSign) -> Result<(Measurement, Waveform), SoundError> {
    pass(Decoder::open(path, sign)?)
}

/// The same of an open file, which begins with its sound.
pub(in crate::services::media) fn measure_file(
    file: File,
    sign: StopSign,
) -> Result<(Measurement, Waveform), SoundError> {
    pass(Decoder::new(file, 0, sign)?)
}

fn pass(mut decoder: Decoder) -> Result<(Measurement, Waveform), SoundError> {
    let mut measures: Option<Measures> = None;
    let mut strange_parts = 0;
    while let Some(Piece { format, samples }) = decoder.piece()? {
        match &mut measures {
            None => {
                let mut started = Measures::new(format)?;
                started.add(samples)?;
                measures = Some(started);
            }
            Some(measures) if measures.format.is_like(&format) => measures.add(samples)?,
            // A recording does not change its rate or channels: such a part is damaged.
            Some(_) => strange_parts += 1,
        }
    }
    let measures = measures.ok_or(SoundFailure::Damaged)?;
    Ok(measures.finish(decoder.broken_parts + strange_parts))
}

/// Everything that is measured of one recording.
struct Measures {
    format: Format,
    samples: u64,
    loudness: LoudnessMeter,
    silence: SilenceFinder,
    clipping: ClippingFinder,
    sums: ChannelSums,
    waveform: WaveformBuilder,
}

impl Format {
    fn is_like(&self, other: &Self) -> bool {
        self.rate_hz == other.rate_hz && self.speakers.len() == other.speakers.len()
    }
}

impl Measures {
    fn new(format: Format) -> Result<Self, SoundError> {
        let channels = format.speakers.len();
        Ok(Self {
            samples: 0,
            loudness: LoudnessMeter::new(&format)?,
            silence: SilenceFinder::new(format.rate_hz),
            clipping: ClippingFinder::new(channels, format.bits),
            sums: ChannelSums::new(channels),
            waveform: WaveformBuilder::new(format.rate_hz),
            format,
        })
    }

    fn add(&mut self, samples: &[Vec<f32>]) -> Result<(), SoundError> {
        self.samples += samples.first().map_or(0, Vec::len) as u64;
        if self.samples / u64::from(self.format.rate_hz) > MAX_HOURS * 60 * 60 {
            return Err(SoundFailure::TooLarge.into());
        }
        self.loudness.add(samples)?;
        self.silence.add(samples);
        self.clipping.add(samples);
        self.sums.add(samples);
        self.waveform.add(samples);
        Ok(())
    }

    fn finish(self, broken_parts: u64) -> (Measurement, Waveform) {
        let rate_hz = self.format.rate_hz;
        let millis = |samples| millis(samples, rate_hz);
        let gap = |gap: Stretch| Gap {
            at_ms: millis(gap.start),
            length_ms: millis(gap.end - gap.start),
        };
        let loudness = self.loudness.finish();
        let (leading, trailing) = self.silence.ends();
        let measurement = Measurement {
            codec: self.format.codec.to_owned(),
            rate_hz,
            channel_count: self.format.speakers.len() as u32,
            channels: self.sums.channels(),
            samples: self.samples,
            loudness: loudness.integrated,
            range: loudness.range,
            true_peak: loudness.true_peak,
            sample_peak: loudness.sample_peak,
            leading_silence_ms: millis(leading),
            trailing_silence_ms: millis(trailing),
            gaps: self.silence.gaps.iter().copied().map(gap).collect(),
            gap_count: self.silence.gap_count,
            longest_gap: self.silence.longest.map(gap),
            clipped_places: self.clipping.places,
            first_clipped_ms: self.clipping.first.map(millis),
            offset: (self.sums.offset() * 100_000.0).round() as u32,
            broken_parts,
        };
        (measurement, self.waveform.finish(rate_hz))
    }
}
