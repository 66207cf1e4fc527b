//! Decodes the pixels of an image file, within limits that are checked before memory is allocated.
//!
//! JPEG is decoded at 1/2, 1/4 or 1/8 of its size where that is enough (a scaled inverse DCT costs a
//! fraction of a full one); all other formats are decoded by the `image` crate. Of an animation only the
//! first frame is decoded. Transparent pixels are blended with white.

use std::io::{Cursor, Read as _};

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader};
use jpeg_decoder::{CodingProcess, ImageInfo, PixelFormat};

use super::picture;
use super::render_error::RenderError;

/// The resources that decoding an image may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Pixels of the original.
    pub pixels: u64,
    /// Memory for decoding it, in bytes.
    pub memory: u64,
    /// Length of the file, in bytes.
    pub file: u64,
}

/// 100 megapixels; a photo of that size takes 300 MB of memory while it is decoded.
impl Default for Limits {
    fn default() -> Self {
        Self {
            pixels: 100_000_000,
            memory: 512 * 1024 * 1024,
            file: 256 * 1024 * 1024,
        }
    }
}

/// The most scans of a progressive JPEG: cameras write about ten; each costs a pass over the image.
const MAX_SCANS: usize = 100;

/// Decoded pixels before rotation.
pub(super) struct Pixels {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Red, green, blue, row by row from the top.
    pub(super) rgb: Vec<u8>,
    /// The orientation to apply.
    pub(super) orientation: Orientation,
    /// The embedded colour profile.
    pub(super) profile: Option<Vec<u8>>,
}

/// Decodes an image; its longer side is at least `requested_px`, or that of the original if smaller.
pub(super) fn decode(
    file: &[u8],
    media_type: &str,
    requested_px: u32,
    limits: Limits,
) -> Result<Pixels, RenderError> {
    if file.len() as u64 > limits.file {
        return Err(RenderError::TooLarge);
    }
    match picture::format(media_type) {
        Some(ImageFormat::Jpeg) => jpeg(file, requested_px, limits),
        Some(format) => other(file, format, limits),
        None => Err(RenderError::Unsupported),
    }
}

fn check_size(width: u32, height: u32, limits: Limits) -> Result<(), RenderError> {
    let pixels = u64::from(width) * u64::from(height);
    match pixels {
        0 => Err(RenderError::Broken("it has no pixels".into())),
        _ if pixels > limits.pixels => Err(RenderError::TooLarge),
        _ => Ok(()),
    }
}

fn jpeg(file: &[u8], requested_px: u32, limits: Limits) -> Result<Pixels, RenderError> {
    let broken = |error: jpeg_decoder::Error| RenderError::Broken(error.into());
    // Browsers show a file that lacks its end marker.
    let mut decoder = jpeg_decoder::Decoder::new(file.chain(b"\xff\xd9".as_slice()));
    decoder.read_info().map_err(broken)?;
    let info = decoder.info().ok_or(RenderError::Unsupported)?;
    check_size(info.width.into(), info.height.into(), limits)?;
    check_scans(file, info, limits)?;
    let (width, height) = decoder
        .scale(
            scaled(info.width, requested_px, info),
            scaled(info.height, requested_px, info),
        )
        .map_err(broken)?;
    let memory = usize::try_from(limits.memory).unwrap_or(usize::MAX);
    decoder.set_max_decoding_buffer_size(memory);
    let samples = decoder.decode().map_err(broken)?;
    let orientation = decoder.exif_data().and_then(Orientation::from_exif_chunk);
    Ok(Pixels {
        width: width.into(),
        height: height.into(),
        rgb: rgb(samples, info.pixel_format),
        orientation: orientation.unwrap_or(Orientation::NoTransforms),
        profile: decoder.icc_profile(),
    })
}

/// One side of the image scaled down so that the longer side comes to `requested_px`, rounded up.
fn scaled(side: u16, requested_px: u32, info: ImageInfo) -> u16 {
    let longer = u64::from(info.width.max(info.height));
    let length = (u64::from(side) * u64::from(requested_px)).div_ceil(longer.max(1));
    u16::try_from(length).unwrap_or(u16::MAX).clamp(1, side)
}

/// A progressive JPEG holds all its coefficients in memory, two bytes for each sample, and
/// every scan of it is a pass over the whole image.
fn check_scans(file: &[u8], info: ImageInfo, limits: Limits) -> Result<(), RenderError> {
    if info.coding_process != CodingProcess::DctProgressive {
        return Ok(());
    }
    let samples =
        u64::from(info.width) * u64::from(info.height) * info.pixel_format.pixel_bytes() as u64;
    if samples * 2 > limits.memory || scans(file) > MAX_SCANS {
        return Err(RenderError::TooLarge);
    }
    Ok(())
}

/// The scans of a JPEG up to its end marker: cameras append films and other images behind it.
fn scans(file: &[u8]) -> usize {
    const START_OF_SCAN: u8 = 0xDA;
    const END: u8 = 0xD9;
    let mut scans = 0;
    let mut at = 2;
    while let Some(marker) = file.get(at..at + 2) {
        let [0xFF, kind] = *marker else {
            // The compressed data of a scan.
            at += 1;
            continue;
        };
        let length = file.get(at + 2..at + 4);
        let length = length.map_or(2, |two| usize::from(u16::from_be_bytes([two[0], two[1]])));
        at += match kind {
            END => return scans,
            // Stuffing, restarts and fill bytes have no length.
            0x00 | 0x01 | 0xD0..=0xD8 => 2,
            0xFF => 1,
            _ => 2 + length.max(2),
        };
        scans += usize::from(kind == START_OF_SCAN);
    }
    scans
}

fn rgb(samples: Vec<u8>, format: PixelFormat) -> Vec<u8> {
    match format {
        PixelFormat::RGB24 => samples,
        PixelFormat::L8 => samples.into_iter().flat_map(|grey| [grey; 3]).collect(),
        // Two bytes for each sample in the machine's order; the more significant one is shown.
        PixelFormat::L16 => samples
            .chunks_exact(2)
            .flat_map(|pair| {
                let [grey, _] = u16::from_ne_bytes([pair[0], pair[1]]).to_be_bytes();
                [grey; 3]
            })
            .collect(),
        PixelFormat::CMYK32 => samples.chunks_exact(4).flat_map(cmyk_to_rgb).collect(),
    }
}

/// The conversion without a profile: the true colours need the profile of the printer, which is large
/// and rarely embedded.
fn cmyk_to_rgb(cmyk: &[u8]) -> [u8; 3] {
    let light = |ink: u8| u16::from(255 - ink);
    let mixed = |ink: u8| ((light(ink) * light(cmyk[3]) + 127) / 255) as u8;
    [mixed(cmyk[0]), mixed(cmyk[1]), mixed(cmyk[2])]
}

fn other(file: &[u8], format: ImageFormat, limits: Limits) -> Result<Pixels, RenderError> {
    let broken = |error: image::ImageError| match error {
        image::ImageError::Limits(_) => RenderError::TooLarge,
        image::ImageError::Unsupported(_) => RenderError::Unsupported,
        error => RenderError::Broken(error.into()),
    };
    let mut allowed = image::Limits::no_limits();
    allowed.max_alloc = Some(limits.memory);
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    reader.limits(allowed);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height, limits)?;
    if decoder.total_bytes() > limits.memory {
        return Err(RenderError::TooLarge);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().unwrap_or_default();
    let decoded = DynamicImage::from_decoder(decoder).map_err(broken)?;
    Ok(Pixels {
        width,
        height,
        rgb: blended_with_white(decoded),
        orientation,
        profile,
    })
}

fn blended_with_white(decoded: DynamicImage) -> Vec<u8> {
    if !decoded.color().has_alpha() {
        return decoded.into_rgb8().into_raw();
    }
    let mut samples = decoded.into_rgba8().into_raw();
    let pixels = samples.len() / 4;
    // In place: a pixel is read before the three bytes that replace its four are written.
    for pixel in 0..pixels {
        let alpha = u16::from(samples[pixel * 4 + 3]);
        for channel in 0..3 {
            let colour = u16::from(samples[pixel * 4 + channel]);
            let blended = (colour * alpha + 255 * (255 - alpha) + 127) / 255;
            samples[pixel * 3 + channel] = blended as u8;
        }
    }
    samples.truncate(pixels * 3);
    samples
}
