//! What is wrong with a signal, found while its samples pass: silence, clipping, offset, and channels that belong
//! together badly.

use crate::domain::sound::Channels;

/// Sound below -60 dB of full scale is silence.
const SILENCE: f32 = 0.001;
/// How long a silence within the sound is before it is a gap.
const GAP_SECONDS: u64 = 3;
/// Gaps that are kept with their places.
const MAX_GAPS: usize = 100;
/// So many samples in a row at full scale are cut off.
const CLIPPED_RUN: u32 = 4;
/// Full scale of formats with many bits, and of decoded ones.
const FULL_SCALE: f32 = 0.9995;
/// The power of a silent channel beside the other one: -60 dB.
const SILENT_CHANNEL: f64 = 1e-6;
/// The power of the difference of two equal channels beside their own: -60 dB.
const EQUAL_CHANNELS: f64 = 1e-6;
/// The power of the mix of two channels that cancel each other out, beside their own: -10 dB.
const CANCELLED: f64 = 0.1;

/// A stretch of samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) start: u64,
    pub(super) end: u64,
}

/// Finds silence.
pub(super) struct SilenceFinder {
    gap_samples: u64,
    /// The sample behind the last sound.
    sound_end: Option<u64>,
    /// The first sound.
    sound_start: u64,
    position: u64,
    pub(super) gaps: Vec<Stretch>,
    pub(super) gap_count: u64,
    pub(super) longest: Option<Stretch>,
}

impl SilenceFinder {
    pub(super) fn new(rate_hz: u32) -> Self {
        Self {
            gap_samples: u64::from(rate_hz) * GAP_SECONDS,
            sound_end: None,
            sound_start: 0,
            position: 0,
            gaps: Vec::new(),
            gap_count: 0,
            longest: None,
        }
    }

    pub(super) fn add(&mut self, samples: &[Vec<f32>]) {
        let Some((first, others)) = samples.split_first() else {
            return;
        };
        for (at, sample) in first.iter().enumerate() {
            let is_sound = sample.abs() > SILENCE
                || others
                    .iter()
                    .any(|other| other.get(at).is_some_and(|sample| sample.abs() > SILENCE));
            if is_sound {
                self.sound_at(self.position + at as u64);
            }
        }
        self.position += first.len() as u64;
    }

    fn sound_at(&mut self, at: u64) {
        match self.sound_end {
            None => self.sound_start = at,
            Some(start) if at - start >= self.gap_samples => {
                let gap = Stretch { start, end: at };
                let is_longer = |old: Stretch| old.end - old.start < at - start;
                if self.longest.is_none_or(is_longer) {
                    self.longest = Some(gap);
                }
                if self.gaps.len() < MAX_GAPS {
                    self.gaps.push(gap);
                }
                self.gap_count += 1;
            }
            Some(_) => {}
        }
        self.sound_end = Some(at + 1);
    }

    /// Samples of silence at the beginning and at the end; a silent recording is all beginning.
    pub(super) fn ends(&self) -> (u64, u64) {
        match self.sound_end {
            None => (self.position, 0),
            Some(end) => (self.sound_start, self.position - end),
        }
    }
}

/// Finds clipping: several samples in a row at full scale, which only a signal that was cut off has.
pub(super) struct ClippingFinder {
    full_scale: f32,
    runs: Vec<u32>,
    position: u64,
    pub(super) places: u64,
    pub(super) first: Option<u64>,
}

impl ClippingFinder {
    pub(super) fn new(channels: usize, bits: Option<u32>) -> Self {
        // The greatest sample of 8 bits is 127/128.
        let by_bits = bits
            .filter(|bits| (2..=12).contains(bits))
            .map(|bits| 1.0 - 1.5 / (1_u32 << (bits - 1)) as f32);
        Self {
            full_scale: by_bits.unwrap_or(FULL_SCALE),
            runs: vec![0; channels],
            position: 0,
            places: 0,
            first: None,
        }
    }

    pub(super) fn add(&mut self, samples: &[Vec<f32>]) {
        for (run, samples) in self.runs.iter_mut().zip(samples) {
            for (at, sample) in samples.iter().enumerate() {
                if sample.abs() < self.full_scale {
                    *run = 0;
                    continue;
                }
                *run += 1;
                if *run == CLIPPED_RUN {
                    let start = (self.position + at as u64 + 1).saturating_sub(CLIPPED_RUN.into());
                    self.first = Some(self.first.map_or(start, |first| first.min(start)));
                    self.places += 1;
                }
                // A long run is one place.
                *run = (*run).min(CLIPPED_RUN + 1);
            }
        }
        self.position += samples.first().map_or(0, Vec::len) as u64;
    }
}

/// Sums over the samples of each channel, and over those of two channels together.
pub(super) struct ChannelSums {
    sums: Vec<f64>,
    powers: Vec<f64>,
    mix: f64,
    difference: f64,
    count: u64,
}

impl ChannelSums {
    pub(super) fn new(channels: usize) -> Self {
        Self {
            sums: vec![0.0; channels],
            powers: vec![0.0; channels],
            mix: 0.0,
            difference: 0.0,
            count: 0,
        }
    }

    pub(super) fn add(&mut self, samples: &[Vec<f32>]) {
        for ((sum, power), samples) in self.sums.iter_mut().zip(&mut self.powers).zip(samples) {
            for sample in samples {
                let sample = f64::from(*sample);
                *sum += sample;
                *power += sample * sample;
            }
        }
        if let [left, right] = samples {
            for (left, right) in left.iter().zip(right) {
                let (mix, difference) = (left + right, left - right);
                self.mix += f64::from(mix * mix);
                self.difference += f64::from(difference * difference);
            }
        }
        self.count += samples.first().map_or(0, Vec::len) as u64;
    }

    /// The greatest mean of a channel, as a part of full scale.
    pub(super) fn offset(&self) -> f64 {
        let means = self
            .sums
            .iter()
            .map(|sum| sum.abs() / self.count.max(1) as f64);
        means.fold(0.0, f64::max)
    }

    /// What the channels are to each other.
    pub(super) fn channels(&self) -> Channels {
        let &[left, right] = self.powers.as_slice() else {
            return match self.powers.len() {
                1 => Channels::Mono,
                _ => Channels::Surround,
            };
        };
        let both = left + right;
        if both <= 0.0 || self.difference <= both * EQUAL_CHANNELS {
            Channels::DualMono
        } else if right <= left * SILENT_CHANNEL {
            Channels::LeftOnly
        } else if left <= right * SILENT_CHANNEL {
            Channels::RightOnly
        // The power of (left + right) / 2 beside the mean power of the channels.
        } else if self.mix / 4.0 < both / 2.0 * CANCELLED {
            Channels::AntiPhase
        } else {
            Channels::Stereo
        }
    }
}
