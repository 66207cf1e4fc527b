//! The text of a body or transcript, and the paragraph or cue time of each place in it.
//!
//! Timed text is WebVTT (W3C) or SubRip, recognised by lines with two times and an arrow. Only the
//! spoken text is indexed and shown; times become cue offsets, and cue numbers and headings are
//! dropped.

use super::references::decoded;

/// Where in a text a fragment begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passage {
    /// Number of the paragraph (or cue), from 1. Paragraphs end at line ends.
    pub paragraph: usize,
    /// When the cue begins, in milliseconds; only in timed text.
    pub at_ms: Option<u64>,
}

/// The text of a body or transcript with the start times of its cues; plain text has no cues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimedText {
    /// The text without times, cue numbers and tags.
    pub text: String,
    /// Byte offset and start time in milliseconds of each cue, ascending.
    cues: Vec<(usize, u64)>,
}

impl TimedText {
    /// Parses timed or plain text.
    pub fn read(text: &str) -> Self {
        // WebVTT, section 4.1: a carriage return alone ends a line, too.
        let text = &text.replace("\r\n", "\n").replace('\r', "\n");
        if !text.lines().any(|line| cue_start(line).is_some()) {
            return Self {
                text: text.to_owned(),
                cues: Vec::new(),
            };
        }
        let mut spoken = Self {
            text: String::with_capacity(text.len()),
            cues: Vec::new(),
        };
        let mut is_inside = false;
        for line in text.lines() {
            if let Some(start) = cue_start(line) {
                spoken.cues.push((spoken.text.len(), start));
                is_inside = true;
            } else if line.trim().is_empty() {
                is_inside = false;
            } else if is_inside {
                spoken.text.push_str(&without_tags(line));
                spoken.text.push('\n');
            }
        }
        spoken
    }

    /// The cues with their start times in milliseconds, in the order of the file; none in plain text.
    pub fn cues(&self) -> impl Iterator<Item = (u64, &str)> {
        let ends = self.cues.iter().skip(1).map(|(start, _)| *start);
        let ends = ends.chain([self.text.len()]);
        let cues = self.cues.iter().zip(ends);
        cues.map(|((start, at_ms), end)| {
            let text = self.text.get(*start..end).unwrap_or_default();
            (*at_ms, text.trim())
        })
    }

    /// The passage that contains a byte of the text.
    pub(crate) fn passage_at(&self, byte: usize) -> Passage {
        let begun = self.cues.partition_point(|(start, _)| *start <= byte);
        if let Some((_, at_ms)) = begun.checked_sub(1).and_then(|last| self.cues.get(last)) {
            return Passage {
                paragraph: begun,
                at_ms: Some(*at_ms),
            };
        }
        let before = self.text.get(..byte).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let ended = before[..line_start]
            .lines()
            .filter(|line| !line.trim().is_empty())
            .count();
        Passage {
            paragraph: ended + 1,
            at_ms: None,
        }
    }
}

/// The start of a cue in milliseconds if the line is its timing line: `00:03:12.500 --> 00:03:15.000`, hours optional,
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

/// The spoken text of a line: without the tags of WebVTT and SubRip (`<v Siu H'Lan>`, `<i>`,
/// `<00:01.000>`), and with character references replaced.
fn without_tags(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        let is_tag = tag.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/' || c == '>');
        match tag.split_once('>') {
            Some((_, after)) if is_tag => rest = after,
            _ => {
                text.push('<');
                rest = tag;
            }
        }
    }
    text.push_str(rest);
    decoded(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Passage, TimedText};

    #[test]
    fn paragraphs_are_counted_from_one() {
        let spoken = TimedText::read("Một.\n\nHai.\nBa có chữ tìm.");
        assert_eq!(
            spoken.passage_at(0),
            Passage {
                paragraph: 1,
                at_ms: None
            }
        );
        let at = spoken.text.find("chữ").unwrap();
        assert_eq!(
            spoken.passage_at(at),
            Passage {
                paragraph: 3,
                at_ms: None
            }
        );
    }

    #[test]
    fn a_cue_has_its_start_time_and_times_are_not_text() {
        let vtt = "WEBVTT\n\nNOTE nháp\n\n00:01.000 --> 00:04.000\nXin chào\n\nlời-hai\n00:03:12.500 --> 00:03:15.000 align:start\n<v Siu H'Lan>quyền trẻ em\n";
        let spoken = TimedText::read(vtt);
        assert_eq!(spoken.text, "Xin chào\nquyền trẻ em\n");
        let cues: Vec<_> = spoken.cues().collect();
        assert_eq!(cues, [(1_000, "Xin chào"), (192_500, "quyền trẻ em")]);
        let moment = |word: &str| spoken.passage_at(spoken.text.find(word).unwrap()).at_ms;
        assert_eq!((moment("Xin"), moment("trẻ")), (Some(1000), Some(192_500)));
        let srt = TimedText::read("1\n01:00:00,250 --> 01:00:02,000\nXin chào\n");
        assert_eq!(
            srt.passage_at(0),
            Passage {
                paragraph: 1,
                at_ms: Some(3_600_250)
            }
        );
    }

    #[test]
    fn cue_text_is_read_as_webvtt_defines_it() {
        let vtt = "WEBVTT\r\r00:01.000 --> 00:04.000\r<c.vàng>Luật &amp; quyền</c> &lt;1948&gt;\r2 < 3 <00:02.000>tiếp";
        let spoken = TimedText::read(vtt);
        assert_eq!(spoken.text, "Luật & quyền <1948>\n2 < 3 tiếp\n");
    }
}
