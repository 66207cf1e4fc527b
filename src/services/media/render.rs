//! Renders small copies of an image from its pixels.
//!
//! A copy is an upright sRGB JPEG that contains nothing but pixels: no Exif, XMP, IPTC, comments or
//! colour profile. An RGB profile (ISO 15076-1) is applied, so colours stay true without it; grey
//! and CMYK profiles are not, their conversion is the textbook one. Images are never enlarged.
//! One decoding serves all sizes: each copy is made from the next larger one.

use std::ops::Range;

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, Rgb, RgbImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

pub use super::decode::Limits;
pub use super::render_error::RenderError;

use super::decode::{Pixels, decode};
use super::picture;
use crate::domain::asset::Region;

/// JPEG quality of the copies, on the scale of the IJG: no visible loss at the size of a preview.
const QUALITY: u8 = 82;
/// The decoded image is this much larger than the copy, so that the better filter does the last step
/// after the JPEG decoder has halved the size.
const DECODE_MARGIN: u32 = 2;

/// What redacted regions are filled with: a grey that says nothing of what was there.
const REDACTION_COLOUR: Rgb<u8> = Rgb([128, 128, 128]);
/// The reach of the Lanczos filter, and of the chroma of JPEG files, in pixels of the copy.
const REDACTION_MARGIN_PX: u64 = 4;

/// A small copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The requested longest side, in pixels.
    pub requested_px: u32,
    /// Its width in pixels.
    pub width_px: u32,
    /// Its height in pixels.
    pub height_px: u32,
    /// A JPEG file.
    pub jpeg: Vec<u8>,
}

/// Renders a copy for each of `sides_px`, the longest side in pixels, in any order; returns them from large
/// to small. The same file always gives the same bytes. Blocks, for up to seconds.
///
/// # Errors
/// [`RenderError`]; limits are checked before the image is decoded.
pub fn render(
    file: &[u8],
    media_type: &str,
    sides_px: &[u32],
    limits: Limits,
) -> Result<Vec<Preview>, RenderError> {
    let Some(&largest) = sides_px.iter().max() else {
        return Ok(Vec::new());
    };
    DisplayImage::read(file, media_type, largest, limits)?.previews(sides_px)
}

/// A decoded image as it is displayed; decoded once for all its copies.
pub(super) struct DisplayImage {
    image: RgbImage,
    /// The size of the original.
    full_size: (u32, u32),
}

impl DisplayImage {
    /// Decodes an image, turns it upright and shrinks it to `largest_px` at its longer side.
    pub(super) fn read(
        file: &[u8],
        media_type: &str,
        largest_px: u32,
        limits: Limits,
    ) -> Result<Self, RenderError> {
        let decode_px = largest_px.saturating_mul(DECODE_MARGIN);
        let decoded = decode(file, media_type, decode_px, limits)?;
        let full_size = displayed_size(&decoded);
        let image = upright(decoded, largest_px)?;
        Ok(Self { image, full_size })
    }

    /// Fills regions of the displayed original, and a margin of pixels around them that the filters mixed with them.
    pub(super) fn redact(&mut self, regions: &[Region]) {
        let (full_width, full_height) = self.full_size;
        let (width, height) = self.image.dimensions();
        for region in regions {
            let columns = scaled_span(region.x, region.width, full_width, width);
            let rows = scaled_span(region.y, region.height, full_height, height);
            for y in rows {
                for x in columns.clone() {
                    self.image.put_pixel(x, y, REDACTION_COLOUR);
                }
            }
        }
    }

    /// Its pixels.
    pub(super) fn image(&self) -> &RgbImage {
        &self.image
    }

    /// The image resized to a square, without regard to its proportions.
    pub(super) fn resized_to_square(&self, side: u32) -> Result<RgbImage, RenderError> {
        shrink(self.image.clone(), (side, side))
    }

    /// A copy for each side, from large to small; none is larger than the decoded image.
    pub(super) fn previews(self, sides_px: &[u32]) -> Result<Vec<Preview>, RenderError> {
        let mut sides = sides_px.to_vec();
        sides.sort_unstable_by(|a, b| b.cmp(a));
        let Self {
            mut image,
            full_size,
        } = self;
        let mut previews = Vec::with_capacity(sides.len());
        for side in sides {
            image = shrink(image, fitted(full_size, side))?;
            previews.push(Preview {
                requested_px: side,
                width_px: image.width(),
                height_px: image.height(),
                jpeg: encode(&image)?,
            });
        }
        Ok(previews)
    }
}

/// The pixels of a span after scaling `full` pixels to `small`, with the margin.
fn scaled_span(from: u32, length: u32, full: u32, small: u32) -> Range<u32> {
    let scaled = |at: u64, round_up: u64| {
        let product = at * u64::from(small) + round_up;
        product / u64::from(full.max(1))
    };
    let (from, end) = (u64::from(from), u64::from(from) + u64::from(length));
    let first = scaled(from, 0).saturating_sub(REDACTION_MARGIN_PX);
    let last = scaled(end, u64::from(full.max(1)) - 1) + REDACTION_MARGIN_PX;
    let within = |at: u64| u32::try_from(at).unwrap_or(small).min(small);
    within(first)..within(last)
}

fn displayed_size(decoded: &Pixels) -> (u32, u32) {
    if picture::swaps_sides(decoded.orientation) {
        (decoded.height, decoded.width)
    } else {
        (decoded.width, decoded.height)
    }
}

/// The size of a copy whose longer side is `side`, or the full size where that is smaller.
fn fitted((width, height): (u32, u32), side: u32) -> (u32, u32) {
    let longer = width.max(height);
    if longer <= side {
        return (width, height);
    }
    let scaled = |length: u32| {
        let product = u64::from(length) * u64::from(side);
        let rounded = (product + u64::from(longer / 2)) / u64::from(longer);
        u32::try_from(rounded).unwrap_or(side).max(1)
    };
    (scaled(width), scaled(height))
}

/// Shrinks to the largest side, then converts colours and rotates: both cost less on fewer pixels.
fn upright(decoded: Pixels, side: u32) -> Result<RgbImage, RenderError> {
    let Pixels {
        width,
        height,
        rgb,
        orientation,
        profile,
    } = decoded;
    let image = RgbImage::from_raw(width, height, rgb)
        .ok_or_else(|| RenderError::Broken("it has fewer pixels than its size says".into()))?;
    let mut image = shrink(image, fitted((width, height), side))?;
    if let Some(profile) = profile {
        to_srgb(&mut image, &profile);
    }
    let mut image = DynamicImage::ImageRgb8(image);
    image.apply_orientation(orientation);
    Ok(image.into_rgb8())
}

fn shrink(image: RgbImage, (to_width, to_height): (u32, u32)) -> Result<RgbImage, RenderError> {
    let (width, height) = image.dimensions();
    if (width, height) == (to_width, to_height) {
        return Ok(image);
    }
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| RenderError::Failed(error);
    let source = Image::from_vec_u8(width, height, image.into_raw(), PixelType::U8x3)
        .map_err(|error| failed(error.into()))?;
    let mut small = Image::new(to_width, to_height, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
    Resizer::new()
        .resize(&source, &mut small, &options)
        .map_err(|error| failed(error.into()))?;
    RgbImage::from_raw(to_width, to_height, small.into_vec())
        .ok_or_else(|| failed("the small copy does not have the requested size".into()))
}

/// Converts colours from an RGB profile; leaves them as they are if the profile cannot be read.
fn to_srgb(image: &mut RgbImage, profile: &[u8]) {
    let Ok(from) = ColorProfile::new_from_slice(profile) else {
        return;
    };
    if from.color_space != DataColorSpace::Rgb {
        return;
    }
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    let Ok(transform) = from.create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, options) else {
        return;
    };
    let mut converted = vec![0; image.as_raw().len()];
    if transform.transform(image, &mut converted).is_ok() {
        image.copy_from_slice(&converted);
    }
}

fn encode(image: &RgbImage) -> Result<Vec<u8>, RenderError> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
        .encode_image(image)
        .map_err(|error| RenderError::Failed(error.into()))?;
    Ok(jpeg)
}
