//! Reading the journal from a point to its end, change set by change set.

use super::line::{BadLine, Line};
use super::{Journal, Place, Position, tail};
use crate::storage::catalog::CatalogError;

/// Takes each change set with the places of its lines.
pub(crate) type Visit<'a> = dyn FnMut(Vec<(Place, Line)>) -> Result<(), CatalogError> + 'a;

/// The first line that is not what it has to be, as an offset into what was read.
struct Broken {
    at: usize,
    why: BadLine,
}

impl Journal {
    /// Visits every change set after `from` and gives the point behind the last one. A torn tail
    /// of the last segment is not visited; it begins at the point given.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`] for a line that is bad anywhere else, a missing segment or a
    /// hole in the numbering; whatever `visit` gives.
    pub(crate) fn scan(
        &self,
        from: Position,
        visit: &mut Visit<'_>,
    ) -> Result<Position, CatalogError> {
        let firsts = self.firsts();
        let mut position = from;
        let last = firsts.last().copied();
        for first in firsts.into_iter().filter(|first| *first >= from.segment) {
            if first != position.segment {
                if first != position.seq + 1 {
                    let missing = self.segment(position.seq + 1);
                    return Err(missing.err().unwrap_or(CatalogError::Closed));
                }
                position = Position {
                    segment: first,
                    offset: 0,
                    ..position
                };
            }
            position = self.scan_segment(position, Some(first) == last, visit)?;
        }
        Ok(position)
    }

    fn scan_segment(
        &self,
        from: Position,
        is_last: bool,
        visit: &mut Visit<'_>,
    ) -> Result<Position, CatalogError> {
        let segment = self.segment(from.segment)?;
        let read = segment
            .len()
            .and_then(|end| segment.read(from.offset, end.max(from.offset)));
        let bytes = read.map_err(CatalogError::Io)?;
        let mut position = from;
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            match read_set(rest, position) {
                Ok((set, length)) => {
                    visit(set)?;
                    position.seq += 1;
                    position.offset += length as u64;
                    rest = &rest[length..];
                }
                Err(Broken { at, .. }) if is_last && tail::is_torn(&rest[at..]) => break,
                Err(Broken { at, why }) => {
                    let place = Place {
                        segment: position.segment,
                        offset: position.offset + at as u64,
                        length: 0,
                    };
                    return Err(self.damaged(place, &why.to_string()));
                }
            }
        }
        Ok(position)
    }
}

/// The change set that begins `bytes`, and its length.
fn read_set(bytes: &[u8], position: Position) -> Result<(Vec<(Place, Line)>, usize), Broken> {
    let mut set = Vec::new();
    let mut at = 0;
    loop {
        let length = bytes[at..]
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(bytes.len() - at, |line_feed| line_feed + 1);
        let line = Line::decode(&bytes[at..at + length]).map_err(|why| Broken { at, why })?;
        let of = line.of;
        let in_order = line.seq == position.seq + 1
            && line.part as usize == set.len()
            && line.part < of
            && set
                .first()
                .is_none_or(|(_, first): &(Place, Line)| first.of == of);
        let Some(length_u32) = u32::try_from(length).ok().filter(|_| in_order) else {
            let why = BadLine::OutOfOrder;
            return Err(Broken { at, why });
        };
        let place = Place {
            segment: position.segment,
            offset: position.offset + at as u64,
            length: length_u32,
        };
        set.push((place, line));
        at += length;
        if set.len() == of as usize {
            return Ok((set, at));
        }
    }
}
