//! Reads the header of an image: its size as displayed, and whether it contains a place.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _, Seek};
use std::path::Path;

use image::metadata::Orientation;
use image::{ImageDecoder as _, ImageFormat, ImageReader, Limits};

/// The size of a JPEG precedes its pixels; everything before it (profiles, thumbnails of the camera) is
/// shorter than this in any valid file.
const MAX_HEADER_BYTES: u64 = 32 * 1024 * 1024;
/// Memory for reading a header.
const MAX_HEADER_MEMORY: u64 = 32 * 1024 * 1024;
/// Where XMP is looked for.
const XMP_SEARCH_BYTES: u64 = 1024 * 1024;

/// The formats whose pixels the archive can read.
pub(super) const FORMATS: [(&str, ImageFormat); 6] = [
    ("image/jpeg", ImageFormat::Jpeg),
    ("image/png", ImageFormat::Png),
    ("image/webp", ImageFormat::WebP),
    ("image/gif", ImageFormat::Gif),
    ("image/bmp", ImageFormat::Bmp),
    ("image/tiff", ImageFormat::Tiff),
];

/// The format of a media type, if its pixels can be read.
pub(super) fn format(media_type: &str) -> Option<ImageFormat> {
    FORMATS
        .iter()
        .find(|(known, _)| *known == media_type)
        .map(|(_, format)| *format)
}

/// Width and height in pixels, turned as the image is displayed.
pub(super) fn displayed_size(path: &Path, media_type: &str) -> Option<(u32, u32)> {
    let reader = BufReader::new(File::open(path).ok()?);
    let (width, height, orientation) = match format(media_type)? {
        ImageFormat::Jpeg => jpeg_header(reader)?,
        other => header(reader, other)?,
    };
    Some(if swaps_sides(orientation) {
        (height, width)
    } else {
        (width, height)
    })
}

/// Whether coordinates (GPS) are written in the image: in its Exif data, or in readable XMP.
pub(super) fn shows_place(path: &Path) -> bool {
    has_exif_place(path).unwrap_or(false) || has_xmp_place(path).unwrap_or(false)
}

/// Whether an orientation turns width into height.
pub(super) fn swaps_sides(orientation: Orientation) -> bool {
    orientation.to_exif() >= 5
}

fn jpeg_header(reader: impl BufRead) -> Option<(u32, u32, Orientation)> {
    let mut decoder = jpeg_decoder::Decoder::new(reader.take(MAX_HEADER_BYTES));
    decoder.read_info().ok()?;
    let info = decoder.info()?;
    let orientation = decoder.exif_data().and_then(Orientation::from_exif_chunk);
    Some((
        info.width.into(),
        info.height.into(),
        orientation.unwrap_or(Orientation::NoTransforms),
    ))
}

fn header(reader: impl BufRead + Seek, format: ImageFormat) -> Option<(u32, u32, Orientation)> {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_HEADER_MEMORY);
    let mut reader = ImageReader::with_format(reader, format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    let orientation = decoder.orientation();
    Some((
        width,
        height,
        orientation.unwrap_or(Orientation::NoTransforms),
    ))
}

fn has_exif_place(path: &Path) -> Option<bool> {
    let mut reader = BufReader::new(File::open(path).ok()?.take(MAX_HEADER_BYTES));
    let exif = exif::Reader::new()
        .continue_on_error(true)
        .read_from_container(&mut reader)
        .or_else(|error| error.distill_partial_result(|_| {}))
        .ok()?;
    Some(
        exif.fields()
            .any(|field| field.tag == exif::Tag::GPSLatitude),
    )
}

fn has_xmp_place(path: &Path) -> Option<bool> {
    const PROPERTY: &[u8] = b"exif:GPSLatitude";
    let mut start = Vec::new();
    let file = File::open(path).ok()?;
    file.take(XMP_SEARCH_BYTES).read_to_end(&mut start).ok()?;
    Some(start.windows(PROPERTY.len()).any(|found| found == PROPERTY))
}
