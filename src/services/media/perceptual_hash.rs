//! What a picture looks like, in 64 bits that survive copying.
//!
//! The method is that of pHash (C. Zauner, *Implementation and Benchmarking of Perceptual Image
//! Hash Functions*, 2010): the picture is made grey and shrunk to 32 x 32, a discrete cosine
//! transform takes it apart into waves, and each of the 64 slow ones gives a bit, whether it is
//! stronger than half of them. One thing is added: before the transform the picture fades out
//! towards its edges (a tapered cosine window), where copies get their frames, stamps and cuts.
//! `docs/search-quality.md` has what that was measured to be worth.
//!
//! It recognises copies of one picture: recompressed, shrunk, grey, a little lighter, cut or
//! framed. It does not know what is in it, and never whom: faces and persons are not compared.
//! Posters that share a layout and differ in their words only are too much alike for 64 bits.

use std::f64::consts::PI;

use image::RgbImage;

use super::previews::SIDES_PX;
use super::render::{Limits, RenderError, Shown};
use crate::domain::PictureHash;
use crate::storage::catalog::{BlobKey, HashedPicture};

/// The recipe hashes are stored under; goes up when the same picture would give other bits.
pub const RECIPE: &str = "perceptual-hash/1";
/// Copies of one picture differ in at most so many bits. Every hash has 32 bits set, so
/// distances are even.
pub const MAX_DISTANCE: u32 = 8;

/// Side of the shrunken picture.
const SIDE: usize = 32;
/// Waves in each direction that count, from the slowest one that is no mere difference in level.
const WAVES: usize = 8;
/// Bits in a hash.
const BITS: usize = WAVES * WAVES;
/// The part of each side over which the picture fades out.
const FADE: f64 = 0.25;
/// How strong waves must differ, in levels of grey (orthonormal transform), lest noise decide
/// over the bits. Blank paper reaches 0.2, a page with one line in the middle 1.4.
const LEAST_STRUCTURE: f64 = 1.0;

/// Whether two pictures are copies of one.
pub fn are_copies(one: PictureHash, other: PictureHash) -> bool {
    one.distance(other) <= MAX_DISTANCE
}

/// The hash of the picture in a file; none when there is too little in it: a blank page, a single
/// colour, a few pixels, an even gradient. Those would all be alike. Blocks, for up to seconds.
///
/// # Errors
/// [`RenderError`]; limits are checked before the image is decoded.
pub fn of_file(
    file: &[u8],
    media_type: &str,
    limits: Limits,
) -> Result<Option<PictureHash>, RenderError> {
    of_shown(&Shown::read(file, media_type, SIDES_PX[0], limits)?)
}

/// What is written of a blob whose picture was looked at.
pub(super) fn found(of: BlobKey, hash: Option<PictureHash>) -> HashedPicture {
    HashedPicture {
        of,
        recipe: RECIPE.to_owned(),
        hash,
    }
}

/// The hash of a picture that is decoded already, at the size of the largest preview.
///
/// # Errors
/// [`RenderError::Failed`] when it could not be shrunk; not the picture's fault.
pub(super) fn of_shown(shown: &Shown) -> Result<Option<PictureHash>, RenderError> {
    let image = shown.image();
    if (image.width().min(image.height()) as usize) < SIDE {
        return Ok(None);
    }
    let small = shown.squeezed(SIDE as u32)?;
    let waves = waves(&faded(&grey(&small)));
    let middle = median(waves);
    let spread = median(waves.map(|wave| (wave - middle).abs()));
    if spread < LEAST_STRUCTURE {
        return Ok(None);
    }
    let bits = waves
        .iter()
        .fold(0, |bits, wave| (bits << 1) | u64::from(*wave > middle));
    Ok(Some(PictureHash::from_bits(bits)))
}

type Square = [[f64; SIDE]; SIDE];

/// Levels of grey as ITU-R BT.601 weighs them, the mean taken off.
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

/// The waves that count (DCT-II, orthonormal), from slow to fast, row by row.
fn waves(levels: &Square) -> [f64; BITS] {
    let scale = (2.0 / SIDE as f64).sqrt();
    let wave: [[f64; SIDE]; WAVES] = std::array::from_fn(|number| {
        let turn = PI * (number + 1) as f64 / SIDE as f64;
        std::array::from_fn(|at| scale * (turn * (at as f64 + 0.5)).cos())
    });
    let along = |row: &[f64; SIDE], wave: &[f64; SIDE]| -> f64 {
        row.iter().zip(wave).map(|(a, b)| a * b).sum()
    };
    let rows: [[f64; SIDE]; WAVES] =
        std::array::from_fn(|x| std::array::from_fn(|y| along(&levels[y], &wave[x])));
    std::array::from_fn(|at| along(&rows[at % WAVES], &wave[at / WAVES]))
}

/// The mean of the two in the middle.
fn median(mut values: [f64; BITS]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    f64::midpoint(values[BITS / 2 - 1], values[BITS / 2])
}
