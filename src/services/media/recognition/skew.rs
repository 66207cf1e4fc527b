//! By how much a page is turned, seen from its lines: at the right angle the rows of pixels differ most in how much is dark
//! in them (projection profile).

use image::GrayImage;

/// The greatest angle that is looked for, in degrees.
const GREATEST: f32 = 8.0;
/// The step in which it is looked for.
const STEP: f32 = 0.25;
/// Dark pixels that are looked at.
const MAX_POINTS: usize = 60_000;
/// Fewer dark pixels have no lines.
const MIN_POINTS: usize = 200;

/// The angle in degrees by which the lines of a page rise to the right; none when it has no lines. The page should be small, some hundred
/// pixels wide: what counts is lines, not letters.
pub(super) fn angle(page: &GrayImage) -> Option<f32> {
    let points = dark_points(page);
    if points.len() < MIN_POINTS {
        return None;
    }
    let steps = (GREATEST / STEP) as i16;
    let angles = (-steps..=steps).map(|step| f32::from(step) * STEP);
    let scored = angles.map(|angle| (angle, score(&points, angle, page)));
    let best = scored.max_by(|one, other| {
        one.1
            .total_cmp(&other.1)
            .then(other.0.abs().total_cmp(&one.0.abs()))
    });
    best.map(|(angle, _)| angle)
}

/// Pixels that are darker than what is around them in the middle of all.
fn dark_points(page: &GrayImage) -> Vec<(f32, f32)> {
    let pixels = page.as_raw();
    let sum: u64 = pixels.iter().map(|pixel| u64::from(*pixel)).sum();
    let mean = sum / (pixels.len() as u64).max(1);
    let limit = u8::try_from(mean * 7 / 10).unwrap_or(u8::MAX);
    let dark = page
        .enumerate_pixels()
        .filter(|(_, _, pixel)| pixel.0[0] < limit);
    let points: Vec<(f32, f32)> = dark.map(|(x, y, _)| (x as f32, y as f32)).collect();
    let every = points.len().div_ceil(MAX_POINTS).max(1);
    points.into_iter().step_by(every).collect()
}

/// How much neighbouring rows differ when the page is turned back by an angle.
fn score(points: &[(f32, f32)], angle: f32, page: &GrayImage) -> f32 {
    let slope = angle.to_radians().tan();
    let reach = (page.width() as f32 * slope.abs()).ceil();
    let mut rows = vec![0_f32; page.height() as usize + 2 * reach as usize + 2];
    for (x, y) in points {
        let row = y + x * slope + reach;
        if let Some(count) = rows.get_mut(row.max(0.0) as usize) {
            *count += 1.0;
        }
    }
    rows.windows(2).map(|two| (two[0] - two[1]).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::angle;

    /// Lines that rise by an angle to the right.
    fn lines(degrees: f32) -> GrayImage {
        let slope = degrees.to_radians().tan();
        GrayImage::from_fn(600, 800, |x, y| {
            let row = y as f32 + x as f32 * slope;
            let is_inside = (60..540).contains(&x) && (60..740).contains(&y);
            let is_dark = is_inside && row.rem_euclid(20.0) < 5.0 && (x / 7) % 3 > 0;
            Luma([if is_dark { 40 } else { 230 }])
        })
    }

    #[test]
    fn the_angle_of_lines_is_found() {
        for degrees in [0.0, 1.0, -2.5, 4.5, 7.75, -7.0] {
            let found = angle(&lines(degrees)).unwrap();
            assert!((found - degrees).abs() <= 0.25, "{degrees}: {found}");
        }
        assert_eq!(angle(&GrayImage::from_pixel(100, 100, Luma([200]))), None);
        assert_eq!(angle(&GrayImage::new(0, 0)), None);
    }
}
