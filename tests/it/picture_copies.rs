//! Copies of a picture are recognised by their hashes, other pictures and blank ones are not.
//!
//! The pictures were made with Pillow, see `tests/fixtures/pictures`.

use std::fs;
use std::path::PathBuf;

use khochung::domain::PictureHash;
use khochung::services::media::perceptual_hash::{are_copies, of_file};
use khochung::services::media::render::Limits;

/// A file of `tests/fixtures/pictures`.
pub(crate) fn picture(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pictures");
    fs::read(folder.join(name)).unwrap()
}

fn hash(name: &str) -> Option<PictureHash> {
    let is_png = name.rsplit_once('.').is_some_and(|(_, end)| end == "png");
    let media_type = if is_png { "image/png" } else { "image/jpeg" };
    of_file(&picture(name), media_type, Limits::default()).unwrap()
}

fn hash_of(name: &str) -> PictureHash {
    hash(name).unwrap()
}

/// At most this many bits of 64 may differ between copies, as `docs/search-quality.md` says.
const COPY: u32 = 8;

#[test]
fn copies_of_a_picture_differ_in_few_bits() {
    for original in ["poster", "photo"] {
        let hash = hash_of(&format!("{original}.jpg"));
        for copy in [
            "quality-80.jpg",
            "quality-50.jpg",
            "quarter.png",
            "cut.jpg",
            "lighter.jpg",
            "darker.jpg",
            "grey.jpg",
            "framed.jpg",
            "stamped.jpg",
            "turned.jpg",
        ] {
            let distance = hash.distance(hash_of(&format!("{original}-{copy}")));
            assert!(distance <= COPY, "{original}-{copy}: {distance} bits");
        }
    }
}

#[test]
fn different_pictures_differ_in_many_bits() {
    let names = [
        "poster.jpg",
        "photo.jpg",
        "other-poster.jpg",
        "other-photo.jpg",
    ];
    for (at, one) in names.iter().enumerate() {
        for other in &names[at + 1..] {
            let distance = hash_of(one).distance(hash_of(other));
            assert!(distance > 2 * COPY, "{one} and {other}: {distance} bits");
        }
    }
}

#[test]
fn pictures_with_nothing_to_tell_them_by_have_no_hash() {
    for name in [
        "blank-white.png",
        "blank-blue.png",
        "blank-paper.jpg",
        "blank-gradient.jpg",
        "blank-tiny.png",
    ] {
        assert_eq!(hash(name), None, "{name}");
    }
}

#[test]
fn copies_are_recognised_up_to_eight_bits() {
    let hash = PictureHash::from_bits(0x0123_4567_89AB_CDEF);
    for (flipped, expected) in [(0, true), (0xFF, true), (0x8000_0000_0000_00FF, false)] {
        let other = PictureHash::from_bits(hash.bits() ^ flipped);
        assert_eq!(are_copies(hash, other), expected, "{flipped:x}");
        assert_eq!(are_copies(other, hash), expected, "{flipped:x}");
    }
}
