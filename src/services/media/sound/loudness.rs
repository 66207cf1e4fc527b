//! Loudness, range and peaks by EBU R 128 (ITU-R BS.1770, EBU Tech 3341 and 3342). The crate `ebur128` is named only here.

use ebur128::{Channel, EbuR128, Mode};

use super::decoder::{Format, Speaker};
use super::error::SoundError;
use crate::domain::sound::{Decibels, SoundFailure};

/// Measures while the samples pass.
pub(super) struct LoudnessMeter {
    meter: EbuR128,
    channels: u32,
}

/// What was measured. Absent: silence, or too short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Loudness {
    pub(super) integrated: Option<Decibels>,
    pub(super) range: Option<Decibels>,
    pub(super) true_peak: Option<Decibels>,
    pub(super) sample_peak: Option<Decibels>,
}

impl LoudnessMeter {
    pub(super) fn new(format: &Format) -> Result<Self, SoundError> {
        let channels =
            u32::try_from(format.speakers.len()).map_err(|_| SoundFailure::Unsupported)?;
        let mode = Mode::I | Mode::LRA | Mode::TRUE_PEAK | Mode::SAMPLE_PEAK;
        let refused = |_| SoundFailure::Unsupported;
        let mut meter = EbuR128::new(channels, format.rate_hz, mode).map_err(refused)?;
        let map: Vec<Channel> = format.speakers.iter().map(counted_as).collect();
        meter.set_channel_map(&map).map_err(refused)?;
        Ok(Self { meter, channels })
    }

    /// Takes the next piece.
    pub(super) fn add(&mut self, samples: &[Vec<f32>]) -> Result<(), SoundError> {
        let planes: Vec<&[f32]> = samples.iter().map(Vec::as_slice).collect();
        let added = self.meter.add_frames_planar_f32(&planes);
        added.map_err(|_| SoundFailure::Unsupported.into())
    }

    /// What was measured. A range needs several blocks of three seconds.
    pub(super) fn finish(&self) -> Loudness {
        let decibels = |level: f64| Decibels::rounded(level);
        let peak = |of: fn(&EbuR128, u32) -> Result<f64, ebur128::Error>| {
            let peaks = (0..self.channels).filter_map(|channel| of(&self.meter, channel).ok());
            decibels(20.0 * peaks.fold(0.0, f64::max).log10())
        };
        let integrated = self.meter.loudness_global().ok().and_then(decibels);
        let range = self.meter.loudness_range().ok().and_then(decibels);
        Loudness {
            integrated,
            range: integrated.and(range),
            true_peak: peak(EbuR128::true_peak),
            sample_peak: peak(EbuR128::sample_peak),
        }
    }
}

fn counted_as(speaker: &Speaker) -> Channel {
    match speaker {
        Speaker::Front => Channel::Left,
        Speaker::Surround => Channel::LeftSurround,
        Speaker::LowFrequency => Channel::Unused,
    }
}
