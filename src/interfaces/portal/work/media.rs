//! What a work has to hear and watch.

use super::super::files::describe;
use super::super::href::Href;
use super::super::works::Text;
use super::moment;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::format;
use crate::interfaces::messages::portal::work as texts;
use crate::interfaces::wire::{AssetDto, FileDto};

/// The longer side of the picture in front of a video.
const POSTER_PX: u32 = 800;

/// A recording with its player.
pub(in crate::interfaces::portal) struct PlayerView {
    /// Its bytes, at the moment of the address.
    pub source: Href,
    /// Whether it has moving pictures.
    pub is_video: bool,
    /// Its caption.
    pub title: Option<Text>,
    /// What the link says when the browser has no player: type, length and size.
    pub link: String,
    /// Captions in WebVTT.
    pub captions: Vec<CaptionsView>,
    /// The picture in front of a video.
    pub poster: Option<Href>,
    /// Width and height of a video, so that the page does not move when it is there.
    pub size: Option<(u32, u32)>,
    /// Its shape.
    pub wave: Option<WaveView>,
}

/// The shape of a recording.
pub(in crate::interfaces::portal) struct WaveView {
    /// The picture.
    pub picture: Href,
    /// What it is, in words.
    pub alt: String,
    /// The length in seconds, for the script.
    pub seconds: String,
    /// The length as a clock shows it.
    pub clock: String,
}

/// Captions of a video.
pub(in crate::interfaces::portal) struct CaptionsView {
    /// Their bytes.
    pub source: Href,
    /// The tag of their language.
    pub language: String,
}

/// The recordings of a work; the first one at this moment.
pub(in crate::interfaces::portal) fn players(
    record: &AssetDto,
    at_ms: Option<u64>,
    language: Language,
) -> Vec<PlayerView> {
    let is_played = |file: &&FileDto| file.role == "original" || file.role == "accessible";
    let files = record.files.iter().filter(is_played);
    let players = files.filter_map(|file| player(file, record, language));
    let mut players: Vec<PlayerView> = players.collect();
    if let (Some(first), Some(at_ms)) = (players.first_mut(), at_ms) {
        let fragment = moment::anchor(&moment::seconds(at_ms));
        first.source = first.source.clone().at(&fragment);
    }
    players
}

fn player(file: &FileDto, record: &AssetDto, language: Language) -> Option<PlayerView> {
    let available = file.available.as_ref()?;
    let is_video = available.media_type.starts_with("video/");
    if !is_video && !available.media_type.starts_with("audio/") {
        return None;
    }
    let side = |(side, address): (&String, &String)| Some((side.parse().ok()?, address.clone()));
    let pictures = available.previews.iter().filter_map(side);
    let fitting = pictures.filter(|(side, _): &(u32, String)| *side <= POSTER_PX);
    let poster = fitting.max_by_key(|(side, _)| *side);
    Some(PlayerView {
        source: Href::own(available.address.clone()),
        is_video,
        title: Text::best(&file.title, language),
        link: describe(file, language)?,
        captions: captions(record),
        poster: poster.map(|(_, address)| Href::own(address)),
        size: file.width_px.zip(file.height_px),
        wave: wave(file, language),
    })
}

fn wave(file: &FileDto, language: Language) -> Option<WaveView> {
    let waveform = file.sound.as_ref()?.waveform.as_ref()?;
    let length_ms = file.duration_ms?;
    Some(WaveView {
        picture: Href::own(waveform.svg.clone()),
        alt: texts::waveform(&format::duration(length_ms, language), language),
        seconds: moment::seconds(length_ms),
        clock: format::clock(length_ms),
    })
}

fn captions(record: &AssetDto) -> Vec<CaptionsView> {
    let files = record.files.iter();
    let files = files.filter(|file| file.role == "captions");
    let view = |file: &FileDto| {
        Some(CaptionsView {
            source: Href::own(file.captions.clone()?),
            language: file.language.clone().unwrap_or_else(|| "vi".to_owned()),
        })
    };
    files.filter_map(view).collect()
}
