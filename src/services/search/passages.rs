//! Where in a long text a piece stands: its paragraph, and in timed text the moment.
//!
//! Timed text is WebVTT (W3C) or SubRip: cues under lines with two times and an arrow. Both are
//! recognised by their first arrow line, so a transcript that was pasted as the body of a work
//! leads to its second as well as an attached one.

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passage {
    /// Number of the paragraph, from 1. Paragraphs end at line ends.
    pub paragraph: usize,
    /// When the cue begins, in milliseconds; only in timed text.
    pub at_ms: Option<u64>,
}

/// The passage that holds a byte of a text.
pub(crate) fn passage_at(text: &str, byte: usize) -> Passage {
    let before = text.get(..byte).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let ended = before[..line_start]
        .lines()
        .filter(|line| !line.trim().is_empty())
        .count();
    let at_ms = before[..line_start].lines().rev().find_map(cue_start);
    Passage {
        paragraph: ended + 1,
        at_ms,
    }
}

/// The start of a cue, if this is its time line: `00:03:12.500 --> 00:03:15.000`, hours optional,
/// with a comma in SubRip.
fn cue_start(line: &str) -> Option<u64> {
    let (start, _) = line.split_once("-->")?;
    let (clock, millis) = start.trim().split_once(['.', ','])?;
    let mut seconds = 0_u64;
    for part in clock.split(':') {
        seconds = seconds.checked_mul(60)?.checked_add(part.parse().ok()?)?;
    }
    seconds.checked_mul(1000)?.checked_add(millis.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::{Passage, passage_at};

    #[test]
    fn paragraphs_are_counted_from_one() {
        let text = "Một.\n\nHai.\nBa có chữ tìm.";
        assert_eq!(
            passage_at(text, 0),
            Passage {
                paragraph: 1,
                at_ms: None
            }
        );
        assert_eq!(
            passage_at(text, text.find("chữ").unwrap()),
            Passage {
                paragraph: 3,
                at_ms: None
            }
        );
    }

    #[test]
    fn a_cue_tells_its_moment() {
        let vtt = "WEBVTT\n\n00:01.000 --> 00:04.000\nXin chào\n\n00:03:12.500 --> 00:03:15.000\nquyền trẻ em";
        assert_eq!(
            passage_at(vtt, vtt.find("quyền").unwrap()).at_ms,
            Some(192_500)
        );
        assert_eq!(passage_at(vtt, vtt.find("chào").unwrap()).at_ms, Some(1000));
        let srt = "1\n01:00:00,250 --> 01:00:02,000\nXin chào\n";
        assert_eq!(
            passage_at(srt, srt.find("chào").unwrap()).at_ms,
            Some(3_600_250)
        );
    }
}
