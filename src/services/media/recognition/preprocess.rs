//! Makes a page readable: straight, evenly lit, without its border.

use image::imageops::{self, FilterType};
use image::{GrayImage, Luma};

use super::grey_page::GreyPage;
use super::skew;

/// The width at which lines are looked for.
const SKEW_WIDTH_PX: u32 = 600;
/// Smaller angles are left: turning blurs the letters a little.
const LEAST_ANGLE: f32 = 0.5;
/// The background is looked at in this fraction of the size.
const BACKGROUND_FRACTION: u32 = 8;
/// Wider than the strokes of letters at that size, in pixels.
const MAX_FILTER_PX: u32 = 9;
/// How far light changes at that size, in pixels.
const BLUR_PX: f32 = 6.0;
/// The grey of an evenly lit background.
const PAPER: f32 = 235.0;
/// The darkest and brightest parts of the paper are compared at this percentile.
const DARKEST_PERCENT: usize = 5;
/// Evenly lit paper is nowhere darker than so many percent of the brightest.
const EVEN_PERCENT: u32 = 75;
/// The part of each side that is cut off: shadows and the table around a photographed page.
const BORDER: f32 = 0.06;

/// Turned so that its lines are level.
pub(super) fn straightened(page: &GreyPage) -> GreyPage {
    let image = &page.0;
    let (width, height) = image.dimensions();
    let small_width = width.min(SKEW_WIDTH_PX);
    let small_height =
        (u64::from(height) * u64::from(small_width) / u64::from(width.max(1))).max(1);
    let small_height = u32::try_from(small_height).unwrap_or(1);
    let small = imageops::resize(image, small_width, small_height, FilterType::Triangle);
    match skew::angle(&small) {
        Some(angle) if angle.abs() >= LEAST_ANGLE => GreyPage(rotated(image, angle)),
        _ => page.clone(),
    }
}

/// As if the light came from everywhere, without its border.
pub(super) fn evenly_lit(page: &GreyPage) -> GreyPage {
    let lit = divided_by_background(&page.0);
    let (width, height) = lit.dimensions();
    let cut = |length: u32| (length as f32 * BORDER) as u32;
    let (left, top) = (cut(width), cut(height));
    let inner = imageops::crop_imm(&lit, left, top, width - 2 * left, height - 2 * top);
    GreyPage(inner.to_image())
}

/// Whether the paper is about as bright everywhere.
pub(super) fn is_evenly_lit(page: &GreyPage) -> bool {
    let (width, height) = page.0.dimensions();
    let (width, height) = (width / BACKGROUND_FRACTION, height / BACKGROUND_FRACTION);
    let small = imageops::resize(&page.0, width.max(1), height.max(1), FilterType::Triangle);
    let mut paper = brightest_around(&small).into_raw();
    paper.sort_unstable();
    let at = |percent: usize| {
        paper
            .get(paper.len() * percent / 100)
            .copied()
            .map_or(0, u32::from)
    };
    at(DARKEST_PERCENT) * 100 >= at(100 - DARKEST_PERCENT) * EVEN_PERCENT
}

/// Each pixel in proportion to the paper around it.
fn divided_by_background(image: &GrayImage) -> GrayImage {
    let (width, height) = image.dimensions();
    let small = imageops::resize(
        image,
        (width / BACKGROUND_FRACTION).max(1),
        (height / BACKGROUND_FRACTION).max(1),
        FilterType::Triangle,
    );
    let background = imageops::fast_blur(&brightest_around(&small), BLUR_PX);
    let background = imageops::resize(&background, width, height, FilterType::Triangle);
    let mut lit = image.clone();
    for (pixel, paper) in lit.pixels_mut().zip(background.pixels()) {
        let part = f32::from(pixel.0[0]) / f32::from(paper.0[0].max(1));
        *pixel = Luma([(part * PAPER).min(255.0) as u8]);
    }
    lit
}

/// The brightest pixel around each one: the paper, without letters.
fn brightest_around(image: &GrayImage) -> GrayImage {
    let reach = MAX_FILTER_PX / 2;
    let (width, height) = image.dimensions();
    let along = |from: &GrayImage, is_row: bool| {
        GrayImage::from_fn(width, height, |x, y| {
            let (at, end) = if is_row { (x, width) } else { (y, height) };
            let around = at.saturating_sub(reach)..(at + reach + 1).min(end);
            let pixel = |at| {
                if is_row {
                    from.get_pixel(at, y)
                } else {
                    from.get_pixel(x, at)
                }
            };
            Luma([around.map(|at| pixel(at).0[0]).max().unwrap_or(0)])
        })
    };
    along(&along(image, true), false)
}

/// Turned clockwise by an angle in degrees around its middle, with paper in the corners.
fn rotated(image: &GrayImage, degrees: f32) -> GrayImage {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let (width, height) = image.dimensions();
    let middle = (width as f32 / 2.0, height as f32 / 2.0);
    GrayImage::from_fn(width, height, |x, y| {
        let (dx, dy) = (x as f32 - middle.0, y as f32 - middle.1);
        let from_x = middle.0 + dx * cosine + dy * sine;
        let from_y = middle.1 - dx * sine + dy * cosine;
        imageops::interpolate_bilinear(image, from_x, from_y).unwrap_or(Luma([255]))
    })
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::{GreyPage, evenly_lit, is_evenly_lit, straightened};
    use crate::services::media::recognition::skew;

    #[test]
    fn a_turned_page_is_straight_afterwards() {
        for degrees in [3.0_f32, -5.0] {
            let slope = degrees.to_radians().tan();
            let page = GrayImage::from_fn(1200, 1600, |x, y| {
                let row = y as f32 + x as f32 * slope;
                let is_inside = (200..1000).contains(&x) && (200..1400).contains(&y);
                let is_dark = is_inside && row.rem_euclid(40.0) < 10.0 && (x / 14) % 3 > 0;
                Luma([if is_dark { 40 } else { 230 }])
            });
            let straight = straightened(&GreyPage(page));
            let small = image::imageops::thumbnail(&straight.0, 600, 800);
            let left = skew::angle(&small).unwrap();
            assert!(left.abs() <= 0.5, "{degrees}: {left}");
        }
    }

    #[test]
    fn a_shadow_is_gone_afterwards() {
        // Light falls from 230 to 90 across the page; every tenth column is a stroke of half the light.
        let page = GrayImage::from_fn(800, 800, |x, _| {
            let light = 230.0 - 140.0 * x as f32 / 800.0;
            let part = if x % 10 == 0 { 0.5 } else { 1.0 };
            Luma([(light * part) as u8])
        });
        let page = GreyPage(page);
        assert!(!is_evenly_lit(&page));
        let lit = evenly_lit(&page);
        assert!(is_evenly_lit(&lit));
        let lit = lit.0;
        let greys: Vec<u8> = lit
            .rows()
            .nth(300)
            .unwrap()
            .map(|pixel| pixel.0[0])
            .collect();
        let paper = greys.iter().filter(|grey| **grey > 205).count();
        let strokes = greys
            .iter()
            .filter(|grey| (100..140).contains(*grey))
            .count();
        assert!(paper + strokes > greys.len() * 95 / 100, "{greys:?}");
    }
}
