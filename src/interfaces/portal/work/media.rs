//! What a work has to hear, watch and look at.

use super::super::files::describe;
use super::super::href::Href;
use super::super::works::Text;
use crate::interfaces::messages::Language;
use crate::interfaces::wire::{AssetDto, FileDto};

/// A recording with its player.
pub(super) struct PlayerView {
    /// Its bytes.
    pub source: Href,
    /// Whether it has moving pictures.
    pub is_video: bool,
    /// Its caption.
    pub title: Option<Text>,
    /// What the link says when the browser has no player: type, length and size.
    pub link: String,
    /// Captions in WebVTT.
    pub captions: Vec<CaptionsView>,
}

/// Captions of a video.
pub(super) struct CaptionsView {
    /// Their bytes.
    pub source: Href,
    /// The tag of their language.
    pub language: String,
}

/// A picture.
pub(super) struct PictureView {
    /// The copy that the page shows.
    pub source: Href,
    /// The largest copy.
    pub large: Href,
    /// What it shows.
    pub alt: String,
    /// Its caption.
    pub caption: Option<Text>,
    /// Width and height of the copy in pixels, so that the page does not move when it is there.
    pub size: Option<(u32, u32)>,
}

/// The recordings of a work.
pub(super) fn players(record: &AssetDto, language: Language) -> Vec<PlayerView> {
    let is_played = |file: &&FileDto| file.role == "original" || file.role == "accessible";
    let files = record.files.iter().filter(is_played);
    files
        .filter_map(|file| player(file, record, language))
        .collect()
}

fn player(file: &FileDto, record: &AssetDto, language: Language) -> Option<PlayerView> {
    let available = file.available.as_ref()?;
    let is_video = available.media_type.starts_with("video/");
    if !is_video && !available.media_type.starts_with("audio/") {
        return None;
    }
    Some(PlayerView {
        source: Href::own(available.address.clone()),
        is_video,
        title: Text::best(&file.title, language),
        link: describe(file, language)?,
        captions: captions(record),
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

/// The pictures of a work.
pub(super) fn pictures(record: &AssetDto, language: Language) -> Vec<PictureView> {
    let files = record.files.iter();
    files
        .filter_map(|file| picture(file, record, language))
        .collect()
}

fn picture(file: &FileDto, record: &AssetDto, language: Language) -> Option<PictureView> {
    let available = file.available.as_ref()?;
    let mut sides: Vec<(u32, &String)> = Vec::new();
    for (side, address) in &available.previews {
        sides.push((side.parse().ok()?, address));
    }
    sides.sort_unstable();
    let (side, source) = *sides
        .iter()
        .rev()
        .find(|(side, _)| *side <= 800)
        .or(sides.first())?;
    let (_, large) = *sides.last()?;
    let alt = Text::best(&file.alt, language).or_else(|| Text::best(&record.work.titles, language));
    Some(PictureView {
        source: Href::own(source.clone()),
        large: Href::own(large.clone()),
        alt: alt.map(|alt| alt.text).unwrap_or_default(),
        caption: Text::best(&file.title, language),
        size: file
            .width_px
            .zip(file.height_px)
            .map(|frame| within(frame, side)),
    })
}

/// The frame of a copy whose longer side has at most so many pixels.
fn within((width, height): (u32, u32), side: u32) -> (u32, u32) {
    let longer = width.max(height).max(1);
    if longer <= side {
        return (width, height);
    }
    let scaled = |length: u32| {
        let exact =
            (u64::from(length) * u64::from(side) + u64::from(longer) / 2) / u64::from(longer);
        u32::try_from(exact).unwrap_or(side).max(1)
    };
    (scaled(width), scaled(height))
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn a_copy_keeps_the_proportions() {
        for (frame, side, copy) in [
            ((4032, 3024), 400, (400, 300)),
            ((3024, 4032), 400, (300, 400)),
            ((100, 50), 400, (100, 50)),
            ((10_000, 1), 400, (400, 1)),
        ] {
            assert_eq!(within(frame, side), copy);
        }
    }
}
