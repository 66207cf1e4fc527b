//! TTML 2 (W3C) and its profiles (DFXP, EBU-TT-D, IMSC): each paragraph with times is a cue.
//!
//! Times are relative to those of the elements around them (section 12.3). A paragraph whose spans have times of their own
//! gives a cue for each of them.

use super::cue::{CaptionFault, Captions, Cue};
use crate::services::media::full_text::xml::{Element, Node, walk};

/// Elements that can be inside each other; more are read as if they were not there.
const MAX_DEPTH: usize = 64;

/// How many frames and ticks a second has.
struct Rates {
    frames: f64,
    ticks: f64,
}

/// An open element of the body.
struct Open {
    name: String,
    start_ms: u64,
    end_ms: Option<u64>,
    /// Whether it has times of its own.
    is_timed: bool,
    /// Whether they can be read.
    is_readable: bool,
    line: usize,
    text: String,
}

/// Reads a document.
pub(super) fn read(text: &str) -> Captions {
    let mut reader = TtmlReader {
        captions: Captions::default(),
        rates: Rates {
            frames: 30.0,
            ticks: 1.0,
        },
        open: Vec::new(),
        skipped: 0,
    };
    let damaged = walk(text.as_bytes(), |node| reader.visit(&node)).is_err();
    if damaged {
        let line = text.lines().count().max(1);
        reader.captions.report(line, CaptionFault::Damaged);
    }
    reader.captions.finish()
}

struct TtmlReader {
    captions: Captions,
    rates: Rates,
    /// From the body inwards.
    open: Vec<Open>,
    /// Elements inside the deepest that is read.
    skipped: usize,
}

impl TtmlReader {
    fn visit(&mut self, node: &Node<'_>) {
        match node {
            Node::Start(element) if element.name == "tt" => self.rates = Rates::of(element),
            Node::Start(element) if element.name == "br" => self.write("\n"),
            Node::Start(element) => self.begin(element),
            Node::Text(text) => {
                self.write(&escaped(&with_single_blanks(text)));
            }
            Node::End("br" | "tt") => {}
            Node::End(name) => self.end(name),
        }
    }

    fn begin(&mut self, element: &Element<'_>) {
        let is_in_body = element.name == "body" || !self.open.is_empty();
        if !is_in_body {
            return;
        }
        if self.open.len() >= MAX_DEPTH {
            self.skipped += 1;
            return;
        }
        let outer = self.open.last();
        let (outer_start, outer_end) = outer.map_or((0, None), |open| (open.start_ms, open.end_ms));
        let time = |name: &str| {
            let written = element.attribute(name);
            written.map(|written| self.rates.millis(&written))
        };
        let (begin, end, duration) = (time("begin"), time("end"), time("dur"));
        let is_timed = begin.is_some() || end.is_some() || duration.is_some();
        let is_readable = ![begin, end, duration].contains(&Some(None));
        if !is_readable {
            self.captions
                .report(element.line, CaptionFault::UnreadableTime);
        }
        let start_ms = outer_start.saturating_add(begin.flatten().unwrap_or(0));
        let own_end = end.flatten().map(|end| outer_start.saturating_add(end));
        let by_duration = duration.flatten().map(|long| start_ms.saturating_add(long));
        let ends = [own_end, by_duration, outer_end].into_iter().flatten();
        self.open.push(Open {
            name: element.name.to_owned(),
            start_ms,
            end_ms: ends.min(),
            is_timed,
            is_readable,
            line: element.line,
            text: String::new(),
        });
    }

    fn write(&mut self, text: &str) {
        if let Some(open) = self.open.last_mut()
            && matches!(open.name.as_str(), "p" | "span")
        {
            open.text.push_str(text);
        }
    }

    fn end(&mut self, name: &str) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        let Some(open) = self.open.pop_if(|open| open.name == name) else {
            return;
        };
        match (open.name.as_str(), self.open.last_mut()) {
            // A span without times is text of what is around it.
            ("span", Some(outer)) if !open.is_timed => outer.text.push_str(&open.text),
            ("p" | "span", _) => self.finish_cue(open),
            _ => {}
        }
    }

    fn finish_cue(&mut self, open: Open) {
        let lines = open.text.lines().map(str::trim);
        let text: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
        let cue = Cue {
            start_ms: open.start_ms,
            end_ms: open.end_ms.unwrap_or(0),
            settings: String::new(),
            text: text.join("\n"),
        };
        match open.end_ms {
            // The words are in spans with times.
            _ if !open.is_readable || (cue.text.is_empty() && !open.is_timed) => {}
            None => self.captions.report(open.line, CaptionFault::NoTime),
            Some(_) => self.captions.push(open.line, cue),
        }
    }
}

impl Rates {
    fn of(element: &Element<'_>) -> Self {
        let number = |name: &str| {
            let written = element.attribute(name)?;
            written.parse::<f64>().ok().filter(|rate| *rate > 0.0)
        };
        let multiplier = element
            .attribute("frameRateMultiplier")
            .and_then(|written| {
                let (above, below) = written.split_once(' ')?;
                let (above, below): (f64, f64) = (above.parse().ok()?, below.parse().ok()?);
                Some(above / below).filter(|multiplier| multiplier.is_finite() && *multiplier > 0.0)
            });
        let frames = number("frameRate").unwrap_or(30.0) * multiplier.unwrap_or(1.0);
        Self {
            frames,
            // Without a rate there are as many ticks as frames, or one a second.
            ticks: number("tickRate")
                .unwrap_or_else(|| number("frameRate").map_or(1.0, |_| frames)),
        }
    }

    /// A time expression (section 12.3.1): `01:02:03.5`, `01:02:03:12` with frames, `12.5s`, `300ms`, `7t`.
    fn millis(&self, written: &str) -> Option<u64> {
        let written = written.trim();
        let seconds = if written.contains(':') {
            self.clock_seconds(written)?
        } else {
            let at = written.find(|c: char| c.is_ascii_alphabetic())?;
            let (number, metric) = written.split_at(at);
            let number: f64 = number.parse().ok()?;
            match metric {
                "h" => number * 3600.0,
                "m" => number * 60.0,
                "s" => number,
                "ms" => number / 1000.0,
                "f" => number / self.frames,
                "t" => number / self.ticks,
                _ => return None,
            }
        };
        let millis = (seconds * 1000.0).round();
        // Two thousand hours fit any work, and the number.
        (0.0..7.2e9).contains(&millis).then_some(millis as u64)
    }

    fn clock_seconds(&self, written: &str) -> Option<f64> {
        let parts: Vec<&str> = written.split(':').collect();
        let [hours, minutes, seconds, frames @ ..] = parts.as_slice() else {
            return None;
        };
        let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
        let seconds: f64 = seconds.parse().ok()?;
        let frames: f64 = match frames {
            [] => 0.0,
            [frames] => frames.parse().ok()?,
            _ => return None,
        };
        let whole = f64::from(hours) * 3600.0 + f64::from(minutes) * 60.0;
        Some(whole + seconds + frames / self.frames)
    }
}

/// White space is one blank.
fn with_single_blanks(text: &str) -> String {
    let mut single = String::with_capacity(text.len());
    for c in text.chars() {
        if !c.is_whitespace() {
            single.push(c);
        } else if !single.ends_with(' ') {
            single.push(' ');
        }
    }
    single
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::super::cue::{CaptionFault, Cue};
    use super::read;

    fn cues(text: &str) -> Vec<(u64, u64, String)> {
        let cues = read(text).cues.into_iter();
        cues.map(
            |Cue {
                 start_ms,
                 end_ms,
                 text,
                 ..
             }| (start_ms, end_ms, text),
        )
        .collect()
    }

    fn document(attributes: &str, body: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<tt xmlns=\"http://www.w3.org/ns/ttml\" xmlns:ttp=\"http://www.w3.org/ns/ttml#parameter\" \
             {attributes}>\n<head><styling><style/></styling><metadata><desc>không hiện</desc></metadata></head>\n{body}\n</tt>"
        )
    }

    #[test]
    fn paragraphs_with_times_are_cues() {
        let body = "<body><div><p begin=\"00:00:01.000\" end=\"00:00:02.5\">Xin <span>chào</span><br/>bà\n   con &amp; em</p>\
                    <p begin=\"3s\" dur=\"500ms\">Hai</p></div></body>";
        assert_eq!(
            cues(&document("", body)),
            [
                (1000, 2500, "Xin chào\nbà con &amp; em".to_owned()),
                (3000, 3500, "Hai".to_owned())
            ]
        );
    }

    #[test]
    fn times_are_relative_to_what_is_around_and_may_have_frames_and_ticks() {
        let body = "<body begin=\"10s\"><div begin=\"00:00:01:12\" end=\"30s\"><p begin=\"1s\">Đến hết</p>\
                    <p begin=\"50t\" end=\"100t\">Tích tắc</p></div></body>";
        assert_eq!(
            cues(&document("ttp:frameRate=\"25\" ttp:tickRate=\"10\"", body)),
            [
                (12_480, 40_000, "Đến hết".to_owned()),
                (16_480, 21_480, "Tích tắc".to_owned())
            ]
        );
    }

    #[test]
    fn spans_with_times_are_cues_of_their_own() {
        let body = "<body><div><p><span begin=\"1s\" end=\"2s\">Một</span> <span begin=\"2s\" end=\"3s\">Hai</span></p></div></body>";
        assert_eq!(
            cues(&document("", body)),
            [
                (1000, 2000, "Một".to_owned()),
                (2000, 3000, "Hai".to_owned())
            ]
        );
    }

    #[test]
    fn problems_have_the_line_of_their_element() {
        let body = "<body><div>\n<p begin=\"1 giây\" end=\"2s\">Sai giờ</p>\n<p>Không giờ</p>\n<p begin=\"5s\" end=\"4s\">Lùi</p></div></body>";
        let captions = read(&document("", body));
        let found: Vec<_> = captions
            .problems
            .iter()
            .map(|problem| (problem.line, problem.fault))
            .collect();
        assert_eq!(
            found,
            [
                (5, CaptionFault::UnreadableTime),
                (6, CaptionFault::NoTime),
                (7, CaptionFault::EndsBeforeStart),
                (1, CaptionFault::NoCues),
            ]
        );
    }

    #[test]
    fn deep_and_broken_documents_end() {
        let deep = format!("{}{}", "<span>".repeat(100_000), "</span>".repeat(100_000));
        let body = format!("<body><div><p begin=\"1s\" end=\"2s\">A{deep}B</p></div></body>");
        assert_eq!(cues(&document("", &body)), [(1000, 2000, "AB".to_owned())]);
        let cut = document("", "<body><div><p begin=\"1s\" end=\"2s\">Một</p><p beg");
        let captions = read(&cut[..cut.len() - "\n</tt>".len()]);
        assert_eq!(captions.cues.len(), 1);
        assert_eq!(captions.problems[0].fault, CaptionFault::Damaged);
    }
}
