//! Signals of tests, written as WAV by hand, and what ffmpeg measures of a file.

use std::f64::consts::TAU;
use std::path::Path;
use std::process::Command;

/// Samples of several channels at one rate, 1.0 being full scale.
#[derive(Clone)]
pub(crate) struct Signal {
    pub(crate) rate_hz: u32,
    pub(crate) channels: Vec<Vec<f64>>,
}

/// The amplitude of a level in dB of full scale.
pub(crate) fn amplitude(decibels: f64) -> f64 {
    10_f64.powf(decibels / 20.0)
}

impl Signal {
    pub(crate) fn silent(rate_hz: u32, channels: usize) -> Self {
        Self {
            rate_hz,
            channels: vec![Vec::new(); channels],
        }
    }

    /// Appends so many seconds of a sine, at a level for each channel.
    pub(crate) fn tone(mut self, seconds: f64, hertz: f64, levels: &[f64]) -> Self {
        let count = (seconds * f64::from(self.rate_hz)).round() as usize;
        for (samples, level) in self.channels.iter_mut().zip(levels) {
            let start = samples.len();
            let rate = f64::from(self.rate_hz);
            let sample = |at: usize| amplitude(*level) * (TAU * hertz * at as f64 / rate).sin();
            samples.extend((start..start + count).map(sample));
        }
        self
    }

    /// A sine of 1 kHz on two channels, with a level for each stretch of seconds.
    pub(crate) fn stereo(stretches: &[(f64, f64)]) -> Self {
        let empty = Self::silent(48_000, 2);
        stretches.iter().fold(empty, |signal, (seconds, level)| {
            signal.tone(*seconds, 1000.0, &[*level; 2])
        })
    }

    /// Appends so many seconds of nothing.
    pub(crate) fn pause(mut self, seconds: f64) -> Self {
        let count = (seconds * f64::from(self.rate_hz)).round() as usize;
        for samples in &mut self.channels {
            samples.extend(std::iter::repeat_n(0.0, count));
        }
        self
    }

    /// Appends so many seconds of something like speech: noise in syllables, at a level, the same every time.
    pub(crate) fn speech(mut self, seconds: f64, level: f64) -> Self {
        let rate = f64::from(self.rate_hz);
        let count = (seconds * rate).round() as usize;
        let (mut seed, mut low) = (1_u64, 0.0);
        let voice: Vec<f64> = (0..count)
            .map(|at| {
                seed = seed
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let noise = (seed >> 33) as f64 / f64::from(1_u32 << 30) - 1.0;
                low += (noise - low) * 0.15;
                let time = at as f64 / rate;
                let syllable = (TAU * 3.0 * time).sin().max(0.0).powi(2);
                let breath = if time % 4.7 < 3.9 { 1.0 } else { 0.02 };
                let pitch = (TAU * 140.0 * time).sin() + 0.5 * (TAU * 700.0 * time).sin();
                amplitude(level) * syllable * breath * (0.4 * pitch + 0.6 * low)
            })
            .collect();
        for samples in &mut self.channels {
            samples.extend(&voice);
        }
        self
    }

    /// Cuts off what is beyond full scale and multiplies before that.
    pub(crate) fn driven(mut self, factor: f64) -> Self {
        for sample in self.channels.iter_mut().flatten() {
            *sample = (*sample * factor).clamp(-1.0, 1.0);
        }
        self
    }

    /// As WAV with samples of 16 bits.
    pub(crate) fn to_wav(&self) -> Vec<u8> {
        let scaled = |sample: f64| (sample * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16;
        self.wav(1, 16, |sample| scaled(sample).to_le_bytes().to_vec())
    }

    /// As WAV with floating-point samples.
    pub(crate) fn to_float_wav(&self) -> Vec<u8> {
        self.wav(3, 32, |sample| (sample as f32).to_le_bytes().to_vec())
    }

    fn wav(&self, format: u16, bits: u16, sample: impl Fn(f64) -> Vec<u8>) -> Vec<u8> {
        let channels = self.channels.len() as u16;
        let frames = self.channels[0].len();
        let mut data = Vec::new();
        for at in 0..frames {
            for samples in &self.channels {
                data.extend(sample(samples[at]));
            }
        }
        let block = channels * bits / 8;
        // More than two channels need the form that names their places (5.0: L R C Ls Rs).
        let is_extensible = channels > 2;
        let mut fmt = Vec::new();
        let tag = if is_extensible { 0xFFFE } else { format };
        fmt.extend(tag.to_le_bytes());
        fmt.extend(channels.to_le_bytes());
        fmt.extend(self.rate_hz.to_le_bytes());
        fmt.extend((self.rate_hz * u32::from(block)).to_le_bytes());
        fmt.extend(block.to_le_bytes());
        fmt.extend(bits.to_le_bytes());
        if is_extensible {
            fmt.extend(22_u16.to_le_bytes());
            fmt.extend(bits.to_le_bytes());
            fmt.extend(0x37_u32.to_le_bytes());
            fmt.extend(format.to_le_bytes());
            fmt.extend([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]);
        }
        let mut wav = b"RIFF".to_vec();
        let length = 4 + 8 + fmt.len() + 8 + data.len();
        wav.extend((length as u32).to_le_bytes());
        wav.extend(b"WAVEfmt ");
        wav.extend((fmt.len() as u32).to_le_bytes());
        wav.extend(fmt);
        wav.extend(b"data");
        wav.extend((data.len() as u32).to_le_bytes());
        wav.extend(data);
        wav
    }
}

/// What ffmpeg says of a file; `tests/run` installs it.
pub(crate) fn ffmpeg(arguments: &[&str]) -> (Vec<u8>, String) {
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-hide_banner", "-y"])
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}");
    (output.stdout, said)
}

/// Loudness, range and true peak of a file by ffmpeg.
pub(crate) fn measured_by_ffmpeg(path: &Path) -> (f64, f64, f64) {
    let path = path.to_str().unwrap();
    let (_, said) = ffmpeg(&["-i", path, "-af", "ebur128=peak=true", "-f", "null", "-"]);
    let summary = said.split("Summary:").last().unwrap();
    let number = |name: &str| -> f64 {
        let line = summary.lines().find(|line| line.trim().starts_with(name));
        let words = line.unwrap().split_whitespace();
        words.filter_map(|word| word.parse().ok()).next().unwrap()
    };
    (number("I:"), number("LRA:"), number("Peak:"))
}

/// How many samples of each channel ffmpeg decodes.
pub(crate) fn samples_by_ffmpeg(path: &Path) -> u64 {
    let path = path.to_str().unwrap();
    let arguments = ["-v", "error", "-i", path, "-ac", "1", "-f", "s16le", "-"];
    ffmpeg(&arguments).0.len() as u64 / 2
}
