//! Signatures that `infer` does not know: formats of stations, cameras, phones and scanners.

/// Where the identifier of MXF may begin: files may have a run-in before it (SMPTE ST 377-1).
const MXF_PARTITION: &[u8] = &[
    0x06, 0x0E, 0x2B, 0x34, 0x02, 0x05, 0x01, 0x01, 0x0D, 0x01, 0x02,
];
/// Wave64 by Sonic Foundry: a RIFF file whose names are GUIDs.
const WAVE64: &[u8] = &[
    0x72, 0x69, 0x66, 0x66, 0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0x00, 0x00,
];
/// The header object of ASF, the container of WMA and WMV.
const ASF: &[u8] = &[
    0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11, 0xA6, 0xD9, 0x00, 0xAA, 0x00, 0x62, 0xCE, 0x6C,
];
/// The type of a stream of pictures in ASF.
const ASF_VIDEO: &[u8] = &[
    0xC0, 0xEF, 0x19, 0xBC, 0x4D, 0x5B, 0xCF, 0x11, 0xA8, 0xFD, 0x00, 0x80, 0x5F, 0x5C, 0x44, 0x2B,
];
/// Length of a transport packet: plain, with a time code before it (M2TS), with error correction behind it.
const TRANSPORT_PACKETS: [(usize, usize); 3] = [(188, 0), (192, 4), (204, 0)];
/// Packets in a row that make a transport stream.
const TRANSPORT_SIGNS: usize = 5;

/// Brands of ISO media files and the types of files that have them, by their beginning.
const BRANDS: [(&[u8], &str); 34] = [
    (b"heic", "image/heic"),
    (b"heix", "image/heic"),
    (b"heim", "image/heic"),
    (b"heis", "image/heic"),
    (b"hevc", "image/heic"),
    (b"avif", "image/avif"),
    (b"avis", "image/avif"),
    (b"mif1", "image/heif"),
    (b"msf1", "image/heif"),
    (b"crx ", "image/x-canon-cr3"),
    (b"qt  ", "video/quicktime"),
    (b"M4A", "audio/mp4"),
    (b"M4B", "audio/mp4"),
    (b"M4P", "audio/mp4"),
    (b"3g2", "video/3gpp2"),
    (b"3gp", "video/3gpp"),
    (b"3gr", "video/3gpp"),
    (b"3gs", "video/3gpp"),
    (b"3ge", "video/3gpp"),
    (b"3gg", "video/3gpp"),
    (b"M4V", "video/mp4"),
    (b"mp4", "video/mp4"),
    (b"avc1", "video/mp4"),
    (b"iso", "video/mp4"),
    (b"dash", "video/mp4"),
    (b"cmf", "video/mp4"),
    (b"f4v", "video/mp4"),
    (b"F4V", "video/mp4"),
    (b"MSNV", "video/mp4"),
    (b"mmp4", "video/mp4"),
    (b"nd", "video/mp4"),
    (b"XAVC", "video/mp4"),
    (b"isml", "video/mp4"),
    (b"hvc1", "video/mp4"),
];

/// The media type of a file by its first bytes, if it is one of these formats.
pub(super) fn recognise(head: &[u8]) -> Option<&'static str> {
    if head.get(4..8) == Some(b"ftyp") {
        return by_brands(head);
    }
    let is_quicktime = matches!(head.get(4..8), Some(b"moov" | b"mdat" | b"wide" | b"pnot"));
    let begins = |signature: &[u8]| head.starts_with(signature);
    let is_wave = head.get(8..12) == Some(b"WAVE");
    if is_wave && (begins(b"RIFF") || begins(b"RF64") || begins(b"BW64")) {
        Some("audio/wav")
    } else if begins(WAVE64) {
        Some("audio/x-w64")
    } else if begins(b"caff\0\x01") {
        Some("audio/x-caf")
    } else if begins(b"II\x2B\0\x08\0") || begins(b"MM\0\x2B\0\x08") {
        Some("image/tiff")
    } else if begins(ASF) {
        let has_pictures = contains(head, ASF_VIDEO);
        Some(if has_pictures {
            "video/x-ms-wmv"
        } else {
            "audio/x-ms-wma"
        })
    } else if is_transport_stream(head) {
        Some("video/mp2t")
    } else if contains(head, MXF_PARTITION) {
        Some("application/mxf")
    } else {
        is_quicktime.then_some("video/quicktime")
    }
}

/// The types that [`recognise`] gives.
pub(super) fn types() -> impl Iterator<Item = &'static str> {
    let others = [
        "audio/wav",
        "audio/x-w64",
        "audio/x-caf",
        "image/tiff",
        "video/x-ms-wmv",
        "audio/x-ms-wma",
        "video/mp2t",
        "application/mxf",
    ];
    let by_brand = BRANDS.iter().map(|(_, media_type)| *media_type);
    others.into_iter().chain(by_brand)
}

fn contains(head: &[u8], needle: &[u8]) -> bool {
    head.windows(needle.len()).any(|found| found == needle)
}

/// By the major brand, else by the first compatible one that is known (ISO/IEC 14496-12, 4.3). A HEIC or
/// AVIF image may name the general brand of images first.
fn by_brands(head: &[u8]) -> Option<&'static str> {
    let length = u32::from_be_bytes(*head.first_chunk()?);
    let end = usize::try_from(length).unwrap_or(0).min(head.len());
    let brands = head.get(8..end)?;
    let major = brands.get(..4)?;
    let compatible = brands.get(8..).unwrap_or_default().chunks_exact(4);
    let mut types = std::iter::once(major)
        .chain(compatible)
        .filter_map(type_of_brand);
    let first = types.next()?;
    if first == "image/heif" {
        return Some(types.find(|kind| *kind != "image/heif").unwrap_or(first));
    }
    Some(first)
}

fn type_of_brand(brand: &[u8]) -> Option<&'static str> {
    let mut brands = BRANDS.iter();
    brands
        .find(|(known, _)| brand.starts_with(known))
        .map(|(_, media_type)| *media_type)
}

fn is_transport_stream(head: &[u8]) -> bool {
    TRANSPORT_PACKETS.iter().any(|(length, first)| {
        let signs = head
            .iter()
            .skip(*first)
            .step_by(*length)
            .take(TRANSPORT_SIGNS);
        let signs: Vec<&u8> = signs.collect();
        signs.len() == TRANSPORT_SIGNS && signs.iter().all(|sign| **sign == 0x47)
    })
}
