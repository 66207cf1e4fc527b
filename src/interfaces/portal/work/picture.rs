//! The pictures of a work.

use super::super::href::Href;
use super::super::place::Place;
use super::super::works::{self, Text};
use crate::interfaces::messages::Language;
use crate::interfaces::wire::{AssetDto, FileDto};

/// The longer side of a picture on the page of its work, and on its own page.
pub(in crate::interfaces::portal) const ON_WORK_PX: u32 = 400;
/// The longer side of a picture on its own page.
pub(in crate::interfaces::portal) const ON_PHOTO_PX: u32 = 1600;

/// A picture.
pub(in crate::interfaces::portal) struct PictureView {
    /// Its number in the work, from 1.
    pub number: usize,
    /// Its position among the files of the record.
    pub file: usize,
    /// The copy that the page shows.
    pub source: Href,
    /// The page of the picture.
    pub page: Href,
    /// What it shows: its text alternative, else the title of the work.
    pub alt: Text,
    /// Its caption.
    pub caption: Option<Text>,
    /// Width and height of the copy in pixels, so that the page does not move when it is there.
    pub size: Option<(u32, u32)>,
}

/// The pictures of a work that the reader gets, each in a copy whose longer side has at most so many pixels.
pub(in crate::interfaces::portal) fn pictures(
    record: &AssetDto,
    side_px: u32,
    language: Language,
) -> Vec<PictureView> {
    let files = record.files.iter().enumerate();
    let pictures = files.filter_map(|(position, file)| {
        let mut picture = picture(file, record, side_px, language)?;
        picture.file = position;
        Some(picture)
    });
    let mut pictures: Vec<PictureView> = pictures.collect();
    for (index, picture) in pictures.iter_mut().enumerate() {
        picture.number = index + 1;
        if let Ok(id) = record.id.parse() {
            picture.page = Place::Photo(id, picture.number).href(language);
        }
    }
    pictures
}

fn picture(
    file: &FileDto,
    record: &AssetDto,
    side_px: u32,
    language: Language,
) -> Option<PictureView> {
    let available = file.available.as_ref()?;
    if !available.media_type.starts_with("image/") {
        return None;
    }
    let mut sides: Vec<(u32, &String)> = Vec::new();
    for (side, address) in &available.previews {
        sides.push((side.parse().ok()?, address));
    }
    sides.sort_unstable();
    let fits = |(side, _): &&(u32, &String)| *side <= side_px;
    let (side, source) = *sides.iter().rev().find(fits).or(sides.first())?;
    let alt = Text::best(&file.alt, language);
    Some(PictureView {
        number: 0,
        file: 0,
        page: Href::own(source.clone()),
        source: Href::own(source.clone()),
        alt: alt.unwrap_or_else(|| works::title(record, language)),
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
