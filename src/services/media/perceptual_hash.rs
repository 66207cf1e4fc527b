//! The perceptual hash of a picture: 64 bits that are the same for copies of it.
//!
//! The method is that of pHash (C. Zauner, *Implementation and Benchmarking of Perceptual Image
//! Hash Functions*, 2010): the picture is converted to grey and shrunk to 32 x 32, a
//! discrete cosine transform gives its frequencies, and each of the 64 lowest gives a bit: whether its
//! coefficient is above the median. One step is added: before the transform a tapered cosine window
//! fades the picture out towards its edges, where copies have frames, stamps and cuts.
//! `docs/search-quality.md` has the measured effect.
//!
//! It recognises copies of one picture: recompressed, shrunk, grey, a little lighter, cut or
//! framed. It does not recognise what the picture shows, and never whom: faces and persons are not
//! compared. Posters with the same layout and different words are too similar for 64 bits.

use std::f64::consts::PI;

use image::RgbImage;

use super::recipe::PREVIEW_SIDES_PX;
use super::render::{DisplayImage, Limits, RenderError};
use crate::domain::PictureHash;
use crate::storage::catalog::{BlobKey, HashedPicture};

/// The recipe of the hashes; its version is incremented when the same picture would give other bits.
pub const RECIPE: &str = "perceptual-hash/1";
/// Copies of one picture differ in at most so many bits. Every hash has 32 bits set, so
/// distances are even.
pub const MAX_DISTANCE: u32 = 8;

/// Side of the shrunken picture.
const SIDE: usize = 32;
/// Frequencies in each direction, from the lowest one above the mean level.
const FREQUENCIES: usize = 8;
/// Bits in a hash.
const BITS: usize = FREQUENCIES * FREQUENCIES;
/// The part of each side over which the picture fades out.
const FADE: f64 = 0.25;
/// The least spread of the coefficients, in levels of grey (orthonormal transform); below it noise
/// would decide the bits. Blank paper reaches 0.2, a page with one line in the middle 1.4.
const MIN_STRUCTURE: f64 = 1.0;

/// Whether two pictures are copies of one.
pub fn are_copies(one: PictureHash, other: PictureHash) -> bool {
    one.distance(other) <= MAX_DISTANCE
}

/// The hash of the picture in a file; `None` when it has too little structure: a blank page, a single
/// colour, a few pixels, an even gradient. Their hashes would all be alike. Blocks, for up to seconds.
///
/// # Errors
/// [`RenderError`]; limits are checked before the image is decoded.
pub fn of_file(
    file: &[u8],
    media_type: &str,
    limits: Limits,
) -> Result<Option<PictureHash>, RenderError> {
    of_image(&DisplayImage::read(
        file,
        media_type,
        PREVIEW_SIDES_PX[0],
        limits,
    )?)
}

/// The catalogue record of a hashed picture.
pub(super) fn record(of: BlobKey, hash: Option<PictureHash>) -> HashedPicture {
    HashedPicture {
        of,
        recipe: RECIPE.to_owned(),
        hash,
    }
}

/// The hash of an image that is decoded already, at the size of the largest preview.
///
/// # Errors
/// [`RenderError::Failed`] when it could not be shrunk.
pub(super) fn of_image(picture: &DisplayImage) -> Result<Option<PictureHash>, RenderError> {
    let image = picture.image();
    if (image.width().min(image.height()) as usize) < SIDE {
        return Ok(None);
    }
    let small = picture.resized_to_square(SIDE as u32)?;
    let coefficients = coefficients(&faded(&grey(&small)));
    let middle = median(coefficients);
    let spread = median(coefficients.map(|value| (value - middle).abs()));
    if spread < MIN_STRUCTURE {
        return Ok(None);
    }
    let bits = coefficients
        .iter()
        .fold(0, |bits, value| (bits << 1) | u64::from(*value > middle));
    Ok(Some(PictureHash::from_bits(bits)))
}

type Square = [[f64; SIDE]; SIDE];

/// Levels of grey by the weights of ITU-R BT.601, minus their mean.
fn grey(image: &RgbImage) -> Square {
    let mut levels = [[0.0; SIDE]; SIDE];
    for (row, line) in levels.iter_mut().zip(image.rows()) {
        for (level, pixel) in row.iter_mut().zip(line) {
            let [red, green, blue] = pixel.0.map(f64::from);
            *level = 0.299 * red + 0.587 * green + 0.114 * blue;
        }
    }
    let mean = levels.as_flattened().iter().sum::<f64>() / (SIDE * SIDE) as f64;
    levels.map(|row| row.map(|level| level - mean))
}

fn faded(levels: &Square) -> Square {
    let strength: [f64; SIDE] = std::array::from_fn(|at| {
        let from_start = (at as f64 + 0.5) / SIDE as f64;
        let from_edge = from_start.min(1.0 - from_start);
        if from_edge < FADE {
            0.5 - 0.5 * (PI * from_edge / FADE).cos()
        } else {
            1.0
        }
    });
    let faded = |y: usize, x: usize| levels[y][x] * strength[y] * strength[x];
    std::array::from_fn(|y| std::array::from_fn(|x| faded(y, x)))
}

/// The coefficients (DCT-II, orthonormal) of the lowest frequencies, row by row.
fn coefficients(levels: &Square) -> [f64; BITS] {
    let scale = (2.0 / SIDE as f64).sqrt();
    let wave: [[f64; SIDE]; FREQUENCIES] = std::array::from_fn(|number| {
        let turn = PI * (number + 1) as f64 / SIDE as f64;
        std::array::from_fn(|at| scale * (turn * (at as f64 + 0.5)).cos())
    });
    let along = |row: &[f64; SIDE], wave: &[f64; SIDE]| -> f64 {
        row.iter().zip(wave).map(|(a, b)| a * b).sum()
    };
    let rows: [[f64; SIDE]; FREQUENCIES] =
        std::array::from_fn(|x| std::array::from_fn(|y| along(&levels[y], &wave[x])));
    std::array::from_fn(|at| along(&rows[at % FREQUENCIES], &wave[at / FREQUENCIES]))
}

/// The mean of the two in the middle.
fn median(mut values: [f64; BITS]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    f64::midpoint(values[BITS / 2 - 1], values[BITS / 2])
}
