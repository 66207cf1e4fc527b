//! Reading the journal from a point to its end, change set by change set.

use super::damage::{bad_line, missing};
use super::line::{BadLine, Line};
use super::place::{Place, Position};
use super::segments::Journal;
use super::tail;
use crate::storage::catalog::CatalogError;

/// Takes each change set with the places of its lines.
pub(crate) type Visit<'a> = dyn FnMut(Vec<(Place, Line)>) -> Result<(), CatalogError> + 'a;

/// Takes the offset behind a change set, and its lines with their places; false ends the walk.
pub(crate) type WholeSet<'a> = dyn FnMut(usize, &[(Place, Line)]) -> bool + 'a;

/// The first line that is not what it has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken {
    /// Its offset in the text that was read.
    pub(crate) at: usize,
    /// What is wrong with it.
    pub(crate) why: BadLine,
}

impl Broken {
    /// Whether `text`, which begins at `offset` of the file, in which this is the first bad line and
    /// `seq` the first change set that is not whole, ends with a torn tail. A line with a right checksum is none, even when it cannot
    /// be understood or does not stand where it should.
    pub(crate) fn is_torn(self, text: &[u8], offset: u64, seq: u64) -> bool {
        let may_be_torn = !matches!(self.why, BadLine::NewerVersion | BadLine::OutOfOrder);
        let offset = offset as usize + self.at;
        may_be_torn && tail::is_torn(&text[self.at..], offset, seq)
    }
}

impl Journal {
    /// Visits every change set after `from` and gives the point behind the last one. A torn tail
    /// of the last segment is not visited; it begins at the point given.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`] for a line that is bad anywhere else, a missing segment or a
    /// hole in the numbering; [`CatalogError::NewerVersion`]; whatever `visit` gives.
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
                    return Err(missing(self.dir(), position.seq + 1, first));
                }
                position = Position::start_of(first);
            }
            position = self.scan_segment(position, Some(first) == last, visit)?;
        }
        Ok(position)
    }

    /// The point behind the last whole change set, found by reading the last segment alone.
    ///
    /// # Errors
    /// As [`Journal::scan`].
    pub(crate) fn find_end(&self) -> Result<Position, CatalogError> {
        match self.firsts().last() {
            Some(first) => self.scan(Position::start_of(*first), &mut |_| Ok(())),
            None => Ok(Position::default()),
        }
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
        let bytes = read.map_err(|error| self.unreadable(from.segment, error))?;
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
                Err(broken)
                    if is_last && broken.is_torn(rest, position.offset, position.seq + 1) =>
                {
                    break;
                }
                Err(Broken { at, why }) => {
                    let offset = position.offset + at as u64;
                    return Err(self.bad_line(position.segment, offset, why));
                }
            }
        }
        Ok(position)
    }

    /// The error for the line at an offset of a segment.
    pub(crate) fn bad_line(&self, first: u64, offset: u64, why: BadLine) -> CatalogError {
        let segment = self.segment(first);
        let before = segment.and_then(|segment| segment.read(0, offset).map_err(CatalogError::Io));
        let text = before.unwrap_or_default();
        bad_line(&self.path_of(first), &text, offset as usize, why)
    }
}

/// Checks the text of the segment that begins with the change set `first`: gives the seq of its
/// last whole change set (`first - 1` when there is none) and the first bad line.
pub(crate) fn check_text(text: &[u8], first: u64) -> (u64, Option<Broken>) {
    visit_text(text, first, &mut |_, _| true)
}

/// Like [`check_text`], and shows every change set with the offset behind it until `visit` gives
/// false; the change set it was false for does not count any more.
pub(crate) fn visit_text(
    text: &[u8],
    first: u64,
    visit: &mut WholeSet<'_>,
) -> (u64, Option<Broken>) {
    let mut position = Position::start_of(first);
    let mut at = 0;
    while at < text.len() {
        match read_set(&text[at..], position) {
            Ok((set, length)) => {
                at += length;
                if !visit(at, &set) {
                    break;
                }
                position.seq += 1;
                position.offset += length as u64;
            }
            Err(broken) => {
                let at = at + broken.at;
                return (position.seq, Some(Broken { at, ..broken }));
            }
        }
    }
    (position.seq, None)
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use std::sync::Arc;

    use super::super::layout::tidy;
    use super::super::line::Line;
    use super::super::names::{Form, path_of};
    use super::super::place::Position;
    use super::super::segments::Journal;
    use crate::storage::catalog::CatalogError;
    use crate::storage::catalog::record::StoredRecord;
    use crate::storage::disk::LocalDisk;

    /// Change sets of one, two and three lines, and where each ends.
    fn three_sets() -> (Vec<u8>, Vec<usize>) {
        let (mut text, mut ends) = (Vec::new(), Vec::new());
        for seq in 1..=3 {
            for part in 0..seq {
                let line = Line {
                    seq: seq.into(),
                    part,
                    of: seq,
                    synced: None,
                    at_ms: 0,
                    by: "system".into(),
                    reason: None,
                    keeps_former_files: false,
                    event: None,
                    write: StoredRecord::Forget { before_ms: 7 },
                };
                line.encode(&mut text).unwrap();
            }
            ends.push(text.len());
        }
        (text, ends)
    }

    fn open(dir: &Path) -> Result<Journal, CatalogError> {
        let journal = Journal::new(Arc::new(LocalDisk), dir).unwrap();
        journal.set_layout(tidy(&LocalDisk, dir)?);
        Ok(journal)
    }

    fn scan(dir: &Path, text: &[u8]) -> Result<Position, CatalogError> {
        fs::write(path_of(dir, 1, Form::Plain), text).unwrap();
        let journal = open(dir).unwrap();
        let mut seen = 0;
        let end = journal.scan(Position::default(), &mut |set| {
            seen += 1;
            assert!(set.iter().all(|(_, line)| line.seq == seen));
            assert_eq!(set.len() as u64, seen);
            Ok(())
        })?;
        assert_eq!(end.seq, seen);
        Ok(end)
    }

    #[test]
    fn a_journal_cut_short_anywhere_keeps_its_whole_change_sets() {
        let dir = tempfile::tempdir().unwrap();
        let (text, ends) = three_sets();
        for length in 0..=text.len() {
            let whole = ends.iter().filter(|end| **end <= length).count();
            let end = scan(dir.path(), &text[..length]).unwrap();
            let offset = whole.checked_sub(1).map_or(0, |last| ends[last]);
            assert_eq!(
                (end.seq, end.offset),
                (whole as u64, offset as u64),
                "{length}"
            );
        }
    }

    #[test]
    fn a_tail_of_zeros_is_cut_off() {
        let dir = tempfile::tempdir().unwrap();
        let (text, ends) = three_sets();
        for from in ends[1]..text.len() - 16 {
            let mut torn = text.clone();
            torn[from..].fill(0);
            let end = scan(dir.path(), &torn).unwrap();
            assert_eq!((end.seq, end.offset), (2, ends[1] as u64), "{from}");
        }
    }

    #[test]
    fn no_changed_bit_is_taken_for_a_torn_tail() {
        let dir = tempfile::tempdir().unwrap();
        let (text, _) = three_sets();
        for bit in 0..text.len() * 8 {
            let mut flipped = text.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let error = scan(dir.path(), &flipped).unwrap_err();
            let CatalogError::Damaged(message) = error else {
                panic!("{error:?}")
            };
            let before = &text[..bit / 8];
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            let named = format!("00000000000000000001.ndjson, line {line} ");
            assert!(message.contains(&named), "bit {bit}: {message}");
        }
    }

    #[test]
    fn missing_and_foreign_segments_are_damage() {
        let dir = tempfile::tempdir().unwrap();
        let (text, ends) = three_sets();
        let write =
            |first: u64, text: &[u8]| fs::write(path_of(dir.path(), first, Form::Plain), text);
        let scan = || open(dir.path())?.scan(Position::default(), &mut |_| Ok(()));
        write(1, &text[..ends[0]]).unwrap();
        write(2, &text[ends[0]..ends[1]]).unwrap();
        write(3, &text[ends[1]..]).unwrap();
        assert_eq!(scan().unwrap().seq, 3);
        // Only the last segment can have a torn tail.
        write(2, &text[ends[0]..ends[1] - 1]).unwrap();
        assert!(matches!(scan(), Err(CatalogError::Damaged(_))));
        fs::remove_file(path_of(dir.path(), 2, Form::Plain)).unwrap();
        let error = scan().unwrap_err();
        assert!(
            error
                .to_string()
                .contains("00000000000000000002.ndjson is not there"),
            "{error}"
        );
        write(2, &text[ends[1]..]).unwrap();
        assert!(matches!(scan(), Err(CatalogError::Damaged(_))));
    }
}
