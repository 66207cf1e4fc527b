//! The shape of a recording: the lowest and the highest sample of each twentieth of a second.
//!
//! Its JSON is the form of `audiowaveform`, which players such as Peaks.js and wavesurfer.js read; its picture is a
//! drawing that any page can show.

use std::fmt::Write as _;

use serde::Serialize;

/// Pairs a second.
const PAIRS_PER_SECOND: u32 = 20;
/// Columns of the picture.
const COLUMNS: usize = 1000;
/// Half of the height of the picture.
const HALF_HEIGHT: i32 = 128;

/// Collects the pairs while the samples pass.
pub(super) struct WaveformBuilder {
    samples_per_pair: u32,
    in_pair: u32,
    lowest: f32,
    highest: f32,
    pairs: Vec<(i8, i8)>,
}

/// The shape of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waveform {
    /// Samples a second of the recording.
    pub rate_hz: u32,
    /// Samples in each pair.
    pub samples_per_pair: u32,
    /// The lowest and the highest sample of all channels, of 128.
    pub pairs: Vec<(i8, i8)>,
}

impl WaveformBuilder {
    pub(super) fn new(rate_hz: u32) -> Self {
        Self {
            samples_per_pair: rate_hz.div_ceil(PAIRS_PER_SECOND).max(1),
            in_pair: 0,
            lowest: f32::MAX,
            highest: f32::MIN,
            pairs: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, samples: &[Vec<f32>]) {
        let count = samples.first().map_or(0, Vec::len);
        let mut at = 0;
        while at < count {
            let missing = (self.samples_per_pair - self.in_pair) as usize;
            let end = count.min(at + missing);
            for samples in samples {
                for sample in samples.get(at..end).unwrap_or_default() {
                    self.lowest = self.lowest.min(*sample);
                    self.highest = self.highest.max(*sample);
                }
            }
            // No more than the samples of a pair.
            self.in_pair += (end - at) as u32;
            if self.in_pair == self.samples_per_pair {
                self.end_pair();
            }
            at = end;
        }
    }

    fn end_pair(&mut self) {
        self.pairs.push((scaled(self.lowest), scaled(self.highest)));
        self.in_pair = 0;
        self.lowest = f32::MAX;
        self.highest = f32::MIN;
    }

    pub(super) fn finish(mut self, rate_hz: u32) -> Waveform {
        if self.in_pair > 0 {
            self.end_pair();
        }
        Waveform {
            rate_hz,
            samples_per_pair: self.samples_per_pair,
            pairs: self.pairs,
        }
    }
}

fn scaled(sample: f32) -> i8 {
    (sample * 128.0).floor().clamp(-128.0, 127.0) as i8
}

/// The JSON of `audiowaveform`, version 2.
#[derive(Serialize)]
struct WaveformJson {
    version: u32,
    channels: u32,
    sample_rate: u32,
    samples_per_pixel: u32,
    bits: u32,
    length: usize,
    data: Vec<i8>,
}

impl Waveform {
    /// Its JSON.
    pub fn to_json(&self) -> Vec<u8> {
        let json = WaveformJson {
            version: 2,
            channels: 1,
            sample_rate: self.rate_hz,
            samples_per_pixel: self.samples_per_pair,
            bits: 8,
            length: self.pairs.len(),
            data: self
                .pairs
                .iter()
                .flat_map(|(low, high)| [*low, *high])
                .collect(),
        };
        serde_json::to_vec(&json).unwrap_or_default()
    }

    /// Its picture: one area, 256 units high.
    pub fn to_svg(&self) -> Vec<u8> {
        let columns = self.columns();
        let width = columns.len().max(1);
        let height = 2 * HALF_HEIGHT;
        let mut path = String::new();
        let upper = columns.iter().map(|(_, high)| *high).enumerate();
        let lower = columns.iter().map(|(low, _)| *low).enumerate().rev();
        for (at, (column, sample)) in upper.chain(lower).enumerate() {
            let command = if at == 0 { 'M' } else { 'L' };
            let y = HALF_HEIGHT - i32::from(sample);
            // Writing into a text does not fail.
            let _ = write!(path, "{command}{column} {y}");
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             preserveAspectRatio=\"none\"><path fill=\"#1f4e79\" stroke=\"#1f4e79\" \
             d=\"{path}\"/></svg>"
        )
        .into_bytes()
    }

    /// Its pairs, joined until they fit the picture.
    fn columns(&self) -> Vec<(i8, i8)> {
        let joined = self.pairs.len().div_ceil(COLUMNS).max(1);
        let join = |pairs: &[(i8, i8)]| {
            let lows = pairs.iter().map(|(low, _)| *low);
            let highs = pairs.iter().map(|(_, high)| *high);
            (lows.min().unwrap_or(0), highs.max().unwrap_or(0))
        };
        self.pairs.chunks(joined).map(join).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::WaveformBuilder;

    #[test]
    fn pairs_hold_the_extremes_of_all_channels() {
        let mut builder = WaveformBuilder::new(100);
        // Pieces need not be whole pairs; the last pair has one sample.
        builder.add(&[vec![0.5, 0.0, 0.0], vec![-0.25, 0.0, 0.0]]);
        let samples = vec![0.0, 0.0, 0.0, -1.0, 1.0, 2.0, 0.0, 0.125];
        builder.add(&[samples.clone(), samples]);
        let waveform = builder.finish(100);
        assert_eq!(waveform.samples_per_pair, 5);
        assert_eq!(waveform.pairs, [(-32, 64), (-128, 127), (16, 16)]);
        assert_eq!(
            String::from_utf8(waveform.to_json()).unwrap(),
            r#"{"version":2,"channels":1,"sample_rate":100,"samples_per_pixel":5,"bits":8,"length":3,"data":[-32,64,-128,127,16,16]}"#
        );
        let svg = String::from_utf8(waveform.to_svg()).unwrap();
        assert!(svg.contains("viewBox=\"0 0 3 256\""), "{svg}");
        assert!(
            svg.contains("d=\"M0 64L1 1L2 112L2 112L1 256L0 160\""),
            "{svg}"
        );
    }

    #[test]
    fn a_long_recording_has_a_picture_of_limited_width() {
        let mut builder = WaveformBuilder::new(20);
        builder.add(&[vec![0.1; 123_456]]);
        let svg = builder.finish(20).to_svg();
        assert!(svg.len() < 30_000, "{}", svg.len());
    }
}
