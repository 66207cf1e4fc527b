//! Decodes sound in pieces. The crate `symphonia` is named only here and in `source`.
//!
//! Parts that cannot be decoded are counted and left out; players do the same. A file is refused when nothing of it can
//! be decoded, when its format is not known, or when its headers or one of its packets would take too much memory.

use std::fs::File;
use std::io::{self, BufReader, Seek as _};
use std::path::Path;

use symphonia::core::audio::{Channels as Layout, Position};
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_VORBIS;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::well_known::FORMAT_ID_ISOMP4;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

use super::edit_list::{self, Played};
use super::error::SoundError;
use super::source::{Allowance, SoundFile};
use super::vorbis;
use crate::domain::sound::SoundFailure;
use crate::services::media::public_copy;
use crate::services::media::stop_sign::StopSign;

/// The most channels of a recording.
const MAX_CHANNELS: usize = 16;
/// The most samples a second.
const MAX_RATE_HZ: u32 = 384_000;
/// Packets in a row that cannot be decoded, after which the rest is taken for lost.
const MAX_BROKEN_IN_ROW: u64 = 10_000;
/// Samples beyond this are no sound: what floating-point formats and broken packets can hold.
const MAX_SAMPLE: f32 = 64.0;

/// What the samples of a recording are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Format {
    /// Samples a second.
    pub(super) rate_hz: u32,
    /// What each channel is for loudness.
    pub(super) speakers: Vec<Speaker>,
    /// The codec by its short name.
    pub(super) codec: &'static str,
    /// Bits of a sample as stored, where the format states them.
    pub(super) bits: Option<u32>,
}

/// What a channel counts for loudness (ITU-R BS.1770-5, table 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaker {
    /// In front.
    Front,
    /// At the side or behind.
    Surround,
    /// Low-frequency effects, which do not count.
    LowFrequency,
}

/// Some samples of a recording.
pub(super) struct Piece<'a> {
    pub(super) format: Format,
    /// For each channel the same number of samples, 1.0 being full scale.
    pub(super) samples: &'a [Vec<f32>],
}

/// Decodes one recording.
pub(super) struct Decoder {
    format: Box<dyn FormatReader>,
    codec: Box<dyn AudioDecoder>,
    track: u32,
    allowance: Allowance,
    sign: StopSign,
    samples: Vec<Vec<f32>>,
    /// What the boxes of the file say about its ends; decoded are all samples.
    played: Option<Played>,
    /// Samples of each channel decoded so far.
    position: u64,
    /// Parts that could not be decoded.
    pub(super) broken_parts: u64,
    broken_in_row: u64,
    has_decoded: bool,
}

impl Decoder {
    /// Opens the file at a path.
    pub(super) fn open(path: &Path, sign: StopSign) -> Result<Self, SoundError> {
        let start = public_copy::end_of_leading_tags(path).map_err(SoundError::Io)?;
        let file = File::open(path).map_err(SoundError::Io)?;
        Self::new(file, start, sign)
    }

    /// Decodes an open file without the bytes before `start`.
    pub(super) fn new(file: File, start: u64, sign: StopSign) -> Result<Self, SoundError> {
        let boxes = file.try_clone().map_err(SoundError::Io)?;
        let source = SoundFile::new(file, start, sign.clone()).map_err(SoundError::Io)?;
        let allowance = source.allowance();
        let failure = |error| failure(error, &allowance, &sign);
        let stream = MediaSourceStream::new(Box::new(source), MediaSourceStreamOptions::default());
        let format = symphonia::default::get_probe()
            .probe(
                &Hint::new(),
                stream,
                FormatOptions::default(),
                MetadataOptions::default(),
            )
            .map_err(failure)?;
        let track = format
            .default_track(TrackType::Audio)
            .ok_or(SoundFailure::Unsupported)?;
        let Some(CodecParameters::Audio(parameters)) = &track.codec_params else {
            return Err(SoundFailure::Unsupported.into());
        };
        let codec = codec(parameters).map_err(failure)?;
        let has_boxes = format.format_info().format == FORMAT_ID_ISOMP4;
        // Both handles have one position: the boxes are read from the beginning, and it is put back.
        let played = if has_boxes { played(boxes)? } else { None };
        Ok(Self {
            track: track.id,
            codec,
            samples: Vec::new(),
            played,
            position: 0,
            broken_parts: 0,
            broken_in_row: 0,
            has_decoded: false,
            allowance: allowance.clone(),
            sign,
            format,
        })
    }

    /// The next piece; `None` at the end.
    pub(super) fn piece(&mut self) -> Result<Option<Piece<'_>>, SoundError> {
        loop {
            if self.sign.is_stopped() {
                return Err(SoundError::Stopped);
            }
            self.allowance.renew();
            let packet = match self.format.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => return Ok(None),
                Err(error) => return self.ended(error).map(|()| None),
            };
            if packet.track_id != self.track {
                continue;
            }
            match self.codec.decode(&packet) {
                Ok(decoded) if decoded.frames() == 0 => {}
                Ok(decoded) => {
                    let spec = decoded.spec();
                    let rate_hz = spec.rate();
                    let speakers = speakers(spec.channels())?;
                    decoded.copy_to_vecs_planar(&mut self.samples);
                    if !(1..=MAX_RATE_HZ).contains(&rate_hz) {
                        return Err(SoundFailure::Unsupported.into());
                    }
                    self.samples.iter_mut().for_each(|samples| tame(samples));
                    self.broken_in_row = 0;
                    self.has_decoded = true;
                    self.trim(rate_hz);
                    let format = Format {
                        rate_hz,
                        speakers,
                        codec: self.codec.codec_info().short_name,
                        bits: self.codec.codec_params().bits_per_sample,
                    };
                    let samples = &self.samples;
                    return Ok(Some(Piece { format, samples }));
                }
                Err(Error::DecodeError(_) | Error::IoError(_)) => {
                    self.broken_parts += 1;
                    self.broken_in_row += 1;
                    if self.broken_in_row > MAX_BROKEN_IN_ROW {
                        return Ok(None);
                    }
                }
                Err(error) => return self.ended(error).map(|()| None),
            }
        }
    }

    /// Leaves out what is not played.
    fn trim(&mut self, rate_hz: u32) {
        let start = self.position;
        let count = self.samples.first().map_or(0, Vec::len) as u64;
        self.position += count;
        let Some(played) = self.played.filter(|played| played.rate_hz == rate_hz) else {
            return;
        };
        let within = |at: u64| usize::try_from(at.saturating_sub(start).min(count)).unwrap_or(0);
        let begin = within(played.skipped);
        let end = within(played.skipped.saturating_add(played.length));
        for samples in &mut self.samples {
            samples.truncate(end);
            samples.drain(..begin.min(end));
        }
    }

    /// A file that breaks off ends there; what was decoded counts.
    fn ended(&mut self, error: Error) -> Result<(), SoundError> {
        if self.sign.is_stopped() {
            return Err(SoundError::Stopped);
        }
        if !self.has_decoded || self.allowance.is_used_up() {
            return Err(failure(error, &self.allowance, &self.sign));
        }
        self.broken_parts += 1;
        Ok(())
    }
}

fn played(mut file: File) -> Result<Option<Played>, SoundError> {
    let position = file.stream_position().map_err(SoundError::Io)?;
    let read = match edit_list::read(&mut BufReader::new(&file)) {
        Err(error) if is_of_disk(&error) => return Err(SoundError::Io(error)),
        read => read.unwrap_or(None),
    };
    let back = file.seek(io::SeekFrom::Start(position));
    back.map_err(SoundError::Io).map(|_| read)
}

fn codec(parameters: &AudioCodecParameters) -> Result<Box<dyn AudioDecoder>, Error> {
    let headers = parameters.extra_data.as_deref().unwrap_or_default();
    if parameters.codec == CODEC_ID_VORBIS && !vorbis::codebooks_fit(headers) {
        return Err(Error::LimitError("codebooks"));
    }
    let channels = parameters.channels.as_ref().map_or(0, Layout::count);
    if channels > MAX_CHANNELS {
        return Err(Error::Unsupported("channels"));
    }
    let options = AudioDecoderOptions::default();
    symphonia::default::get_codecs().make_audio_decoder(parameters, &options)
}

/// What each channel is. Channels without a position count as in front.
fn speakers(layout: &Layout) -> Result<Vec<Speaker>, SoundError> {
    let count = layout.count();
    if count == 0 || count > MAX_CHANNELS {
        return Err(SoundFailure::Unsupported.into());
    }
    let Layout::Positioned(positions) = layout else {
        return Ok(vec![Speaker::Front; count]);
    };
    let behind = Position::REAR_LEFT
        | Position::REAR_RIGHT
        | Position::REAR_CENTER
        | Position::SIDE_LEFT
        | Position::SIDE_RIGHT;
    let low = Position::LFE1 | Position::LFE2;
    let speaker = |position: Position| {
        if low.contains(position) {
            Speaker::LowFrequency
        } else if behind.contains(position) {
            Speaker::Surround
        } else {
            Speaker::Front
        }
    };
    Ok(positions.iter().map(speaker).collect())
}

/// Replaces what is no number, and limits what is far beyond full scale.
fn tame(samples: &mut [f32]) {
    for sample in samples {
        let is_sound = sample.abs() <= MAX_SAMPLE;
        if !is_sound {
            *sample = if sample.is_nan() {
                0.0
            } else {
                MAX_SAMPLE.copysign(*sample)
            };
        }
    }
}

fn failure(error: Error, allowance: &Allowance, sign: &StopSign) -> SoundError {
    if sign.is_stopped() {
        return SoundError::Stopped;
    }
    if allowance.is_used_up() {
        return SoundFailure::TooLarge.into();
    }
    match error {
        Error::Unsupported(_) => SoundFailure::Unsupported.into(),
        Error::LimitError(_) => SoundFailure::TooLarge.into(),
        Error::IoError(error) if is_of_disk(&error) => SoundError::Io(error),
        _ => SoundFailure::Damaged.into(),
    }
}

/// Only the system knows an error by its number; others are made by readers of the file.
fn is_of_disk(error: &io::Error) -> bool {
    // A place before the beginning, where a length in the file leads.
    error.raw_os_error().is_some() && error.kind() != io::ErrorKind::InvalidInput
}
