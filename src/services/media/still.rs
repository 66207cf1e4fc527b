//! The size of HEIC and AVIF images (ISO/IEC 23008-12), as displayed.
//!
//! A file holds items (tiles, thumbnails, the whole) and a list of properties; `pitm` names the item
//! that is shown and `ipma` says which properties it has: its extent (`ispe`), the part of it that
//! is shown (`clap`) and the quarter turns it is shown with (`irot`). Exif orientation does not count
//! in these formats.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use super::boxes::{BoxHeader, content, header, u16_at, u32_at};

/// Boxes looked at on one level; a photo of a phone has about fifty tiles.
const MAX_BOXES: usize = 4096;

/// Width and height in pixels of the item that is shown; `None` if the file does not state it.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn displayed_size(file: &mut (impl Read + Seek)) -> io::Result<Option<(u32, u32)>> {
    let end = file.seek(SeekFrom::End(0))?;
    let Some(meta) = child(file, 0, end, b"meta")? else {
        return Ok(None);
    };
    let meta = content(file, &meta)?;
    // Version and flags come before the boxes inside.
    Ok(meta.get(4..).and_then(size_of_primary))
}

fn size_of_primary(meta: &[u8]) -> Option<(u32, u32)> {
    let primary = primary_item(inside(meta, b"pitm")?)?;
    let properties = inside(meta, b"iprp")?;
    let associations = inside(properties, b"ipma")?;
    let list = inside(properties, b"ipco")?;
    let mut size = None;
    let mut is_turned = false;
    for index in associated(associations, primary)? {
        let Some((name, property)) = nth_box(list, index) else {
            continue;
        };
        match &name {
            b"ispe" => size = u32_at(property, 4).zip(u32_at(property, 8)),
            b"clap" => size = clean_aperture(property).or(size),
            b"irot" => is_turned ^= property.first().is_some_and(|turns| turns & 1 == 1),
            _ => {}
        }
    }
    size.map(|(width, height)| {
        if is_turned {
            (height, width)
        } else {
            (width, height)
        }
    })
}

fn primary_item(pitm: &[u8]) -> Option<u32> {
    match pitm.first()? {
        0 => u16_at(pitm, 4).map(u32::from),
        _ => u32_at(pitm, 4),
    }
}

/// The places, from 1, in the list of properties that an item has.
fn associated(ipma: &[u8], item: u32) -> Option<Vec<usize>> {
    let has_long_ids = *ipma.first()? > 0;
    let has_long_indices = ipma.get(3)? & 1 == 1;
    let mut at = 8;
    for _ in 0..u32_at(ipma, 4)? {
        let id = if has_long_ids {
            u32_at(ipma, at)?
        } else {
            u16_at(ipma, at)?.into()
        };
        at += if has_long_ids { 4 } else { 2 };
        let count = usize::from(*ipma.get(at)?);
        let width = if has_long_indices { 2 } else { 1 };
        let indices = ipma.get(at + 1..at + 1 + count * width)?;
        if id == item {
            // The highest bit states whether a reader must understand the property.
            return Some(if has_long_indices {
                let pairs = indices.chunks_exact(2);
                pairs
                    .map(|p| usize::from(u16::from_be_bytes([p[0] & 0x7F, p[1]])))
                    .collect()
            } else {
                indices
                    .iter()
                    .map(|index| usize::from(index & 0x7F))
                    .collect()
            });
        }
        at += 1 + count * width;
    }
    None
}

/// Width and height are fractions; what is left over is cut off.
fn clean_aperture(clap: &[u8]) -> Option<(u32, u32)> {
    let side = |at| u32_at(clap, at)?.checked_div(u32_at(clap, at + 4)?);
    side(0)
        .zip(side(8))
        .filter(|(width, height)| *width > 0 && *height > 0)
}

/// The content of the first box of this name among those in `bytes`.
fn inside<'a>(bytes: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    boxes(bytes)
        .find(|(found, _)| found == name)
        .map(|(_, content)| content)
}

fn nth_box(bytes: &[u8], number: usize) -> Option<([u8; 4], &[u8])> {
    boxes(bytes).nth(number.checked_sub(1)?)
}

fn boxes(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut at = 0;
    let next = move || {
        let found = header(&mut Cursor::new(bytes), at, bytes.len() as u64).ok()??;
        at = found.end;
        let range = usize::try_from(found.content).ok()?..usize::try_from(found.end).ok()?;
        Some((found.name, bytes.get(range)?))
    };
    std::iter::from_fn(next).take(MAX_BOXES)
}

fn child(
    file: &mut (impl Read + Seek),
    from: u64,
    end: u64,
    name: &[u8; 4],
) -> io::Result<Option<BoxHeader>> {
    let mut at = from;
    for _ in 0..MAX_BOXES {
        match header(file, at, end)? {
            Some(found) if found.name == *name => return Ok(Some(found)),
            Some(other) => at = other.end,
            None => break,
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::displayed_size;

    /// A box: length, name, content.
    fn written(name: &[u8; 4], content: &[&[u8]]) -> Vec<u8> {
        let content = content.concat();
        let length = u32::try_from(content.len() + 8).unwrap();
        [&length.to_be_bytes(), name.as_slice(), &content].concat()
    }

    fn file(associations: &[u8]) -> Vec<u8> {
        const FULL: &[u8] = &[0; 4];
        let extent = |width: u32, height: u32| {
            written(
                b"ispe",
                &[FULL, &width.to_be_bytes(), &height.to_be_bytes()],
            )
        };
        let aperture = [60_u32, 1, 40, 1, 0, 1, 0, 1]
            .map(u32::to_be_bytes)
            .concat();
        let list = written(
            b"ipco",
            &[
                &extent(512, 512),
                &extent(4032, 3024),
                &written(b"irot", &[&[3]]),
                &written(b"clap", &[&aperture]),
            ],
        );
        // Two items: a tile (1) with an extent, and the whole (7).
        let count = [0, 0, 0, 2];
        let ipma = written(
            b"ipma",
            &[FULL, &count, &[0, 1, 1, 0x81, 0, 7], associations],
        );
        let shown = written(b"pitm", &[FULL, &[0, 7]]);
        let properties = written(b"iprp", &[&list, &ipma]);
        let meta = written(b"meta", &[FULL, &shown, &properties]);
        [written(b"ftyp", &[b"heic\0\0\0\0"]), meta].concat()
    }

    #[test]
    fn a_photo_is_measured_as_it_is_displayed() {
        for (associations, expected) in [
            (vec![1, 0x82], Some((4032, 3024))),
            (vec![2, 0x02, 0x83], Some((3024, 4032))),
            (vec![3, 0x01, 0x84, 0x83], Some((40, 60))),
            (vec![1, 0x09], None),
            (vec![9, 0x01], None),
        ] {
            let found = displayed_size(&mut Cursor::new(file(&associations))).unwrap();
            assert_eq!(found, expected, "{associations:?}");
        }
    }

    #[test]
    fn a_file_cut_off_anywhere_tells_nothing_or_the_truth() {
        let whole = file(&[1, 0x82]);
        for length in 0..whole.len() {
            let found = displayed_size(&mut Cursor::new(&whole[..length])).unwrap();
            assert!(matches!(found, None | Some((4032, 3024))), "{length}");
        }
    }
}
