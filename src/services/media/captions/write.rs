//! Captions as WebVTT.

use std::fmt::Write as _;

use super::cue::Captions;

impl Captions {
    /// A WebVTT file with these cues.
    pub fn to_webvtt(&self) -> String {
        let mut text = "WEBVTT\n".to_owned();
        for cue in &self.cues {
            let settings = [" ", cue.settings.as_str()];
            let settings = settings.concat();
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "\n{} --> {}{}\n{}\n",
                clock(cue.start_ms),
                clock(cue.end_ms),
                settings.trim_end(),
                cue.text
            );
        }
        text
    }
}

/// `01:02:03.500`
fn clock(ms: u64) -> String {
    let (seconds, millis) = (ms / 1000, ms % 1000);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let (hours, minutes) = (minutes / 60, minutes % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}.{millis:03}")
}

#[cfg(test)]
mod tests {
    use super::super::{can_read, read};

    /// The result was written by hand from section 4 of the recommendation.
    #[test]
    fn subrip_becomes_webvtt() {
        let subrip = "1\n00:00:01,000 --> 00:00:04,500\nXin <b>chào</b>\nbà con\n\n2\n10:00:00,000 --> 10:00:01,000\nHết & chào\n";
        let webvtt = "WEBVTT\n\n00:00:01.000 --> 00:00:04.500\nXin <b>chào</b>\nbà con\n\n10:00:00.000 --> 10:00:01.000\nHết &amp; chào\n";
        assert_eq!(read(subrip, "application/x-subrip").to_webvtt(), webvtt);
        // What was written is read as the same.
        let again = read(webvtt, "text/vtt");
        assert_eq!(again.problems, []);
        assert_eq!(again.to_webvtt(), webvtt);
        assert!(can_read("text/vtt", 1) && !can_read("text/plain", 1));
    }
}
