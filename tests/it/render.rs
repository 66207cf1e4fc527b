//! Small copies of images: right way up, right colours, nothing but pixels, and no bomb goes off.

#![expect(
    clippy::panic,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

use std::fs;

use image::{DynamicImage, ImageFormat, Rgb};
use khochung::services::media::render::{Limits, Preview, RenderError, render};

use crate::probe::fixture;

const RED: [u8; 3] = [255, 0, 0];
const LIME: [u8; 3] = [0, 255, 0];
const BLUE: [u8; 3] = [0, 0, 255];
const WHITE: [u8; 3] = [255, 255, 255];

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("jpg") => "image/jpeg",
        Some("png") => "image/png",
        Some("webp") => "image/webp",
        Some("gif") => "image/gif",
        Some("bmp") => "image/bmp",
        Some("tiff") => "image/tiff",
        other => panic!("{other:?}"),
    }
}

fn previews(name: &str, sides: &[u32]) -> Vec<Preview> {
    let file = fs::read(fixture(name)).unwrap();
    render(&file, media_type(name), sides, Limits::default())
        .unwrap_or_else(|e| panic!("{name}: {e:?}"))
}

fn pixels(preview: &Preview) -> DynamicImage {
    image::load_from_memory_with_format(&preview.jpeg, ImageFormat::Jpeg).unwrap()
}

/// The colour at a place given in tenths of width and height, give or take what JPEG costs.
fn check_colour(preview: &Preview, x: u32, y: u32, expected: [u8; 3], tolerance: u8, name: &str) {
    let (x, y) = (preview.width_px * x / 10, preview.height_px * y / 10);
    let Rgb(found) = *pixels(preview).into_rgb8().get_pixel(x, y);
    let close = found
        .iter()
        .zip(expected)
        .all(|(a, b)| a.abs_diff(b) <= tolerance);
    assert!(close, "{name} at {x},{y}: {found:?}, expected {expected:?}");
}

fn check_upright(preview: &Preview, name: &str) {
    check_colour(preview, 2, 2, RED, 12, name);
    check_colour(preview, 7, 2, LIME, 12, name);
    check_colour(preview, 2, 7, BLUE, 12, name);
    check_colour(preview, 7, 7, WHITE, 12, name);
}

#[test]
fn every_orientation_is_shown_upright() {
    for n in 1..=8 {
        let name = format!("orientation-{n}.jpg");
        for preview in previews(&name, &[60, 30]) {
            let width = preview.requested_px;
            assert_eq!(
                (preview.width_px, preview.height_px),
                (width, width * 2 / 3),
                "{name}"
            );
            check_upright(&preview, &name);
        }
    }
}

#[test]
fn every_kind_of_image_keeps_its_colours() {
    for name in [
        "progressive.jpg",
        "cmyk.jpg",
        "upright.png",
        "rgb16.png",
        "upright.bmp",
        "upright.tiff",
        "animated.gif",
        "photo.jpg",
    ] {
        check_upright(&previews(name, &[400])[0], name);
    }
    // The luma of the corners (Rec. 601): what ImageMagick made of them is read off the file.
    let grey = &previews("gray.jpg", &[400])[0];
    let expected = |name: &str, x: u32, y: u32| {
        let image = image::open(fixture(name)).unwrap().into_rgb8();
        image.get_pixel(x, y).0
    };
    check_colour(grey, 2, 2, expected("gray.jpg", 12, 8), 3, "gray.jpg");
    check_colour(grey, 7, 7, WHITE, 3, "gray.jpg");
    // A gradient from black at the top to white at the bottom.
    let gradient = &previews("gray16.png", &[400])[0];
    check_colour(gradient, 5, 5, [131; 3], 6, "gray16.png");
    // The first frame is the red one.
    check_colour(
        &previews("animated.webp", &[400])[0],
        5,
        5,
        RED,
        12,
        "animated.webp",
    );
}

#[test]
fn transparent_pixels_lie_on_white() {
    for name in ["transparent.png", "transparent.webp"] {
        let preview = &previews(name, &[400])[0];
        check_colour(preview, 2, 5, RED, 12, name);
        check_colour(preview, 8, 5, WHITE, 12, name);
    }
}

/// The pixels are the Adobe RGB numbers of the sRGB colour (200, 100, 50).
#[test]
fn colours_of_a_wider_profile_are_brought_back_to_srgb() {
    let preview = &previews("adobe-rgb.jpg", &[400])[0];
    check_colour(preview, 5, 5, [200, 100, 50], 5, "adobe-rgb.jpg");
}

#[test]
fn copies_are_never_larger_than_the_image_and_come_from_large_to_small() {
    let sizes: Vec<_> = previews("photo.jpg", &[200, 1600, 400])
        .iter()
        .map(|preview| (preview.requested_px, preview.width_px, preview.height_px))
        .collect();
    assert_eq!(sizes, [(1600, 600, 400), (400, 400, 267), (200, 200, 133)]);
}

#[test]
fn a_copy_holds_nothing_but_pixels() {
    let original = fs::read(fixture("photo.jpg")).unwrap();
    let secrets: [&[u8]; 7] = [
        b"Exif\0",
        b"http://ns.adobe.com",
        b"GPS",
        b"NGUYEN VAN A",
        b"SN12345",
        b"Photoshop",
        b"Camera",
    ];
    let holds = |file: &[u8], secret: &[u8]| file.windows(secret.len()).any(|w| w == secret);
    assert!(holds(&original, b"NGUYEN VAN A") && holds(&original, b"SN12345"));
    for preview in previews("photo.jpg", &[1600, 400, 200])
        .iter()
        .chain(&previews("adobe-rgb.jpg", &[400]))
    {
        for secret in secrets {
            assert!(!holds(&preview.jpeg, secret), "{secret:?}");
        }
        for segment in segments(&preview.jpeg) {
            // APP1 to APP15 and comments carry metadata; APP0 is the bare JFIF header.
            let carries_metadata = (0xE1..=0xEF).contains(&segment) || segment == 0xFE;
            assert!(!carries_metadata, "segment {segment:#x}");
        }
    }
}

/// The marker codes of a JPEG file up to its first scan (ITU T.81, annex B).
fn segments(jpeg: &[u8]) -> Vec<u8> {
    let mut found = Vec::new();
    let mut at = 2;
    while jpeg[at] == 0xFF && jpeg[at + 1] != 0xDA {
        found.push(jpeg[at + 1]);
        at += 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
    }
    assert!(found.contains(&0xC0), "a frame header was passed");
    found
}

#[test]
fn the_same_image_always_gives_the_same_bytes() {
    assert_eq!(
        previews("photo.jpg", &[400, 200]),
        previews("photo.jpg", &[400, 200])
    );
}

fn refusal(file: &[u8], media_type: &str, limits: Limits) -> RenderError {
    render(file, media_type, &[400], limits).expect_err("an image that must be refused")
}

/// A PNG whose header (with its right checksum) claims this size and whose pixels are missing.
pub(crate) fn png_claiming(width: u32, height: u32, colour_type: u8) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend_from_slice(&width.to_be_bytes());
    header.extend_from_slice(&height.to_be_bytes());
    header.extend_from_slice(&[8, colour_type, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    png.extend_from_slice(&header);
    png.extend_from_slice(&crc32(&header).to_be_bytes());
    png.extend_from_slice(b"\0\0\0\0IDAT\x35\xaf\x06\x1e");
    png
}

/// CRC-32 of ISO 3309 as in the PNG specification, annex D.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                0xEDB8_8320 ^ (crc >> 1)
            } else {
                crc >> 1
            };
        }
    }
    !crc
}

#[test]
fn pixel_bombs_are_refused_by_their_header() {
    let limits = Limits::default();
    let gif = b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x02\x02\x4c\x01\0;";
    let mut bmp = fs::read(fixture("upright.bmp")).unwrap();
    bmp[18..22].copy_from_slice(&60_000_i32.to_le_bytes());
    bmp[22..26].copy_from_slice(&60_000_i32.to_le_bytes());
    let mut jpeg = fs::read(fixture("progressive.jpg")).unwrap();
    let frame = jpeg
        .windows(2)
        .position(|marker| marker == b"\xff\xc2")
        .unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(b"\xff\xff\xff\xff");
    for (file, media_type) in [
        (png_claiming(60_000, 60_000, 2), "image/png"),
        (gif.to_vec(), "image/gif"),
        (bmp, "image/bmp"),
        (jpeg, "image/jpeg"),
    ] {
        let refused = refusal(&file, media_type, limits);
        assert!(
            matches!(refused, RenderError::TooLarge),
            "{media_type}: {refused:?}"
        );
    }
}

#[test]
fn few_pixels_with_much_memory_are_refused_too() {
    // 99 megapixels of red, green, blue and alpha take 396 MB.
    let limits = Limits {
        memory: 300_000_000,
        ..Limits::default()
    };
    let refused = refusal(&png_claiming(9_900, 10_000, 6), "image/png", limits);
    assert!(matches!(refused, RenderError::TooLarge), "{refused:?}");

    let photo = fs::read(fixture("photo.jpg")).unwrap();
    let progressive = fs::read(fixture("progressive.jpg")).unwrap();
    // 600 x 400 x 3 bytes are 720,000; 60 x 40 x 3 coefficients of two bytes are 14,400.
    for (file, memory) in [(photo, 700_000), (progressive, 14_000)] {
        let limits = Limits {
            memory,
            ..Limits::default()
        };
        assert!(render(&file, "image/jpeg", &[400], limits).is_err());
        let limits = Limits {
            memory: 2_000_000,
            ..Limits::default()
        };
        assert!(render(&file, "image/jpeg", &[400], limits).is_ok());
    }
}

#[test]
fn a_jpeg_of_endless_scans_is_refused() {
    let mut file = fs::read(fixture("progressive.jpg")).unwrap();
    let scan = file
        .windows(2)
        .rposition(|marker| marker == b"\xff\xda")
        .unwrap();
    let last_scan = file[scan..file.len() - 2].to_vec();
    for _ in 0..100 {
        file.splice(scan..scan, last_scan.iter().copied());
    }
    let refused = refusal(&file, "image/jpeg", Limits::default());
    assert!(matches!(refused, RenderError::TooLarge), "{refused:?}");
}

#[test]
fn damaged_and_foreign_files_are_refused_without_a_panic() {
    for name in [
        "photo.jpg",
        "progressive.jpg",
        "rgb16.png",
        "animated.webp",
        "upright.tiff",
    ] {
        let whole = fs::read(fixture(name)).unwrap();
        for part in 1..10 {
            let cut = &whole[..whole.len() * part / 10];
            // A decoder may show what is there, or refuse; it may not panic.
            let shown = render(cut, media_type(name), &[400], Limits::default());
            assert!(shown.is_err() || part > 1, "{name} cut to a tenth");
        }
    }
    let refused = refusal(b"<svg/>", "image/svg+xml", Limits::default());
    assert!(matches!(refused, RenderError::Unsupported), "{refused:?}");
    let refused = refusal(b"no image", "image/png", Limits::default());
    assert!(matches!(refused, RenderError::Broken(_)), "{refused:?}");
}
