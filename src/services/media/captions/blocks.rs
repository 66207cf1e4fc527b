//! WebVTT and SubRip: blocks of lines, parted by empty lines.

use super::cue::{CaptionFault, Captions, Cue};

const ARROW: &str = "-->";

/// Blocks of WebVTT that are no cues.
const NOT_SHOWN: [&str; 3] = ["NOTE", "STYLE", "REGION"];

/// Lines without an empty one among them.
struct Block<'t> {
    /// The number of the first line, from 1.
    line: usize,
    lines: Vec<&'t str>,
}

/// Reads WebVTT (section 4). Tags stay, because players read them.
pub(super) fn read_webvtt(text: &str) -> Captions {
    let text = text.trim_start_matches('\u{feff}');
    let mut captions = Captions::default();
    let mut blocks = blocks(text).into_iter().peekable();
    let signature = |block: &Block<'_>| block.lines[0].starts_with("WEBVTT");
    match blocks.next_if(signature) {
        None => captions.report(1, CaptionFault::NoSignature),
        Some(mut header) => {
            header.line += 1;
            header.lines.remove(0);
            // Somebody forgot the empty line before the first cue.
            if header.lines.iter().any(|line| line.contains(ARROW)) {
                read_cue(&header, &mut captions, str::to_owned);
            }
        }
    }
    for block in blocks {
        let first = block.lines[0].split_whitespace().next().unwrap_or_default();
        if !NOT_SHOWN.contains(&first) {
            read_cue(&block, &mut captions, |text| text.to_owned());
        }
    }
    captions.finish()
}

/// Reads SubRip: a number, the times, the text. Of its tags `b`, `i` and `u` stay.
pub(super) fn read_subrip(text: &str) -> Captions {
    let mut captions = Captions::default();
    for block in blocks(text.trim_start_matches('\u{feff}')) {
        read_cue(&block, &mut captions, cue_text_of_subrip);
    }
    captions.finish()
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut is_inside = false;
    for (position, line) in lines(text).enumerate() {
        if line.trim().is_empty() {
            is_inside = false;
        } else if is_inside && let Some(block) = blocks.last_mut() {
            block.lines.push(line);
        } else {
            is_inside = true;
            let lines = vec![line];
            blocks.push(Block {
                line: position + 1,
                lines,
            });
        }
    }
    blocks
}

/// A carriage return alone ends a line, too.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let ended = text.split('\n');
    ended.flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// The times are in the first line, or in the second after an identifier. Further lines with times begin further cues:
/// somebody forgot the empty line.
fn read_cue(block: &Block<'_>, captions: &mut Captions, cue_text: impl Fn(&str) -> String) {
    let mut lines = block.lines.iter().enumerate().peekable();
    let has_times = |line: &&str| line.contains(ARROW);
    if !block.lines.iter().take(2).any(has_times) {
        return captions.report(block.line, CaptionFault::NoTime);
    }
    while let Some((position, times)) = lines.next() {
        if !has_times(times) {
            continue;
        }
        let mut text = Vec::new();
        while let Some((_, line)) = lines.next_if(|(_, line)| !has_times(line)) {
            text.push(cue_text(line));
        }
        if lines.peek().is_some() && text.last().is_some_and(|last| is_number(last)) {
            // The number of the next cue.
            text.pop();
        }
        let line = block.line + position;
        match parse_times(times) {
            None => captions.report(line, CaptionFault::UnreadableTime),
            Some((start_ms, end_ms, settings)) => captions.push(
                line,
                Cue {
                    start_ms,
                    end_ms,
                    settings: settings.to_owned(),
                    text: text.join("\n"),
                },
            ),
        }
    }
}

fn is_number(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit())
}

fn parse_times(line: &str) -> Option<(u64, u64, &str)> {
    let (start, rest) = line.split_once(ARROW)?;
    let rest = rest.trim_start();
    let (end, settings) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
    Some((millis(start.trim())?, millis(end.trim())?, settings.trim()))
}

/// `01:02:03.500`, hours optional, with a comma in SubRip.
fn millis(time: &str) -> Option<u64> {
    let (clock, fraction) = time.split_once(['.', ','])?;
    let parts: Vec<u64> = clock
        .split(':')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    if !(2..=3).contains(&parts.len()) || fraction.len() != 3 {
        return None;
    }
    let is_over = parts[1..].iter().any(|part| *part > 59);
    let seconds = parts
        .iter()
        .try_fold(0_u64, |sum, part| sum.checked_mul(60)?.checked_add(*part));
    let millis = seconds?
        .checked_mul(1000)?
        .checked_add(fraction.parse().ok()?);
    millis.filter(|_| !is_over)
}

/// The cue text of WebVTT for a line of SubRip.
fn cue_text_of_subrip(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(['<', '&', '{']) {
        text.push_str(&rest[..at]);
        let after = &rest[at..];
        let (written, length) = markup_of_subrip(after);
        text.push_str(written);
        rest = &after[length..];
    }
    text + rest
}

/// What stands for the markup at the beginning of a text, and the length of the markup.
fn markup_of_subrip(text: &str) -> (&str, usize) {
    let tag_end = text.find('>').map(|end| end + 1);
    let tag = tag_end.map(|end| text[..end].to_ascii_lowercase());
    match (tag.as_deref(), tag_end) {
        (Some("<b>" | "<i>" | "<u>" | "</b>" | "</i>" | "</u>"), Some(end)) => (&text[..end], end),
        (Some(tag), Some(end)) if tag.starts_with("<font") || tag.starts_with("</font") => {
            ("", end)
        }
        _ if text.starts_with("{\\") => match text.find('}') {
            Some(end) => ("", end + 1),
            None => ("{", 1),
        },
        _ if text.starts_with('<') => ("&lt;", 1),
        _ if text.starts_with('&') => ("&amp;", 1),
        _ => (&text[..1], 1),
    }
}

#[cfg(test)]
mod tests {
    use super::super::cue::{CaptionFault, CaptionProblem, Captions, Cue};
    use super::{read_subrip, read_webvtt};

    fn cue(start_ms: u64, end_ms: u64, text: &str) -> Cue {
        Cue {
            start_ms,
            end_ms,
            settings: String::new(),
            text: text.to_owned(),
        }
    }

    fn faults(captions: &Captions) -> Vec<(usize, CaptionFault)> {
        let each = captions.problems.iter();
        each.map(|CaptionProblem { line, fault }| (*line, *fault))
            .collect()
    }

    #[test]
    fn subrip_keeps_its_times_text_and_three_tags() {
        let captions = read_subrip(
            "\u{feff}1\r\n00:00:01,000 --> 00:00:04,500\r\n<i>Quyền</i> & <font color=\"red\">nghĩa vụ</font>\r\n{\\an8}2 < 3\r\n\r\n\
             2\r\n01:00:00,250 --> 01:00:02,000 X1:0\r\nHai\r\n",
        );
        let mut second = cue(3_600_250, 3_602_000, "Hai");
        "X1:0".clone_into(&mut second.settings);
        let first = cue(1000, 4500, "<i>Quyền</i> &amp; nghĩa vụ\n2 &lt; 3");
        assert_eq!(captions.cues, [first, second]);
        assert_eq!(captions.problems, []);
    }

    #[test]
    fn webvtt_keeps_its_tags_and_settings() {
        let captions = read_webvtt(
            "WEBVTT - phụ đề\n\nNOTE nháp\n00:00.000 --> 00:01.000\n\nSTYLE\n::cue { color: red }\n\n\
             mở đầu\n00:01.000 --> 00:04.000 align:start\n<v Siu H'Lan>Xin chào",
        );
        let mut expected = cue(1000, 4000, "<v Siu H'Lan>Xin chào");
        "align:start".clone_into(&mut expected.settings);
        assert_eq!(captions.cues, [expected]);
        assert_eq!(captions.problems, []);
    }

    #[test]
    fn each_problem_has_its_line() {
        let captions = read_subrip(
            "1\n00:00:05,000 --> 00:00:06,000\nNăm\n\n\
             2\n00:00:0x,000 --> 00:00:04,000\nKhông đọc được\n\n\
             3\n00:00:04,000 --> 00:00:03,000\nLùi\n\n\
             4\n00:00:01,000 --> 00:00:02,000\nTrước\n\n\
             5\n00:00:07,000 --> 00:00:08,000\n\n\
             Lời không có giờ\nhai dòng\n",
        );
        assert_eq!(
            captions.cues,
            [cue(1000, 2000, "Trước"), cue(5000, 6000, "Năm")]
        );
        assert_eq!(
            faults(&captions),
            [
                (6, CaptionFault::UnreadableTime),
                (10, CaptionFault::EndsBeforeStart),
                (14, CaptionFault::OutOfOrder),
                (18, CaptionFault::NoText),
                (20, CaptionFault::NoTime),
            ]
        );
    }

    #[test]
    fn a_forgotten_empty_line_loses_nothing() {
        let captions = read_subrip(
            "1\n00:00:01,000 --> 00:00:02,000\nMột\n2\n00:00:03,000 --> 00:00:04,000\nHai\n",
        );
        assert_eq!(
            captions.cues,
            [cue(1000, 2000, "Một"), cue(3000, 4000, "Hai")]
        );
    }

    #[test]
    fn a_cue_directly_below_the_signature_is_shown() {
        let captions = read_webvtt("WEBVTT\n00:01.000 --> 00:02.000\nMột\n");
        assert_eq!(captions.cues, [cue(1000, 2000, "Một")]);
        assert_eq!(captions.problems, []);
        let captions = read_webvtt("WEBVTT\nKind: captions\n\n00:01.000 --> 00:02.000\nMột\n");
        assert_eq!(captions.cues.len(), 1);
        assert_eq!(captions.problems, []);
    }

    #[test]
    fn a_file_without_cues_says_so() {
        for text in ["", "WEBVTT\n", "Mọi người sinh ra đều được tự do."] {
            let captions = read_webvtt(text);
            let last = captions.problems.last().map(|problem| problem.fault);
            assert_eq!(last, Some(CaptionFault::NoCues), "{text:?}");
        }
        assert_eq!(
            faults(&read_webvtt("Xin"))[0],
            (1, CaptionFault::NoSignature)
        );
    }

    #[test]
    fn only_a_hundred_problems_are_listed() {
        let captions = read_subrip(&"Lời không có giờ\n\n".repeat(300));
        assert_eq!(
            (captions.problems.len(), captions.problem_count),
            (100, 301)
        );
    }
}
