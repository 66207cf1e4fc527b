//! A cue, and what can be wrong with captions.

/// The most problems that are listed.
const MAX_PROBLEMS: usize = 100;

/// What is shown from one moment to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    /// When it appears, in milliseconds.
    pub start_ms: u64,
    /// When it disappears, in milliseconds; later than its start.
    pub end_ms: u64,
    /// Where it stands, in the settings of WebVTT; empty for the usual place.
    pub settings: String,
    /// Cue text of WebVTT: lines that are not empty.
    pub text: String,
}

/// Captions that were read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Captions {
    /// In the order of their starts.
    pub cues: Vec<Cue>,
    /// In the order of their lines, at most a hundred.
    pub problems: Vec<CaptionProblem>,
    /// The number of all problems.
    pub problem_count: usize,
}

/// What is wrong in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaptionProblem {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub fault: CaptionFault,
}

/// What can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptionFault {
    /// A WebVTT file does not begin with `WEBVTT`.
    NoSignature,
    /// A time cannot be read. The cue is left out.
    UnreadableTime,
    /// A cue ends before it begins, or then. It is left out.
    EndsBeforeStart,
    /// A cue begins before the one above it. It is put in its place.
    OutOfOrder,
    /// A cue has no text. It is left out.
    NoText,
    /// A text has no time. It is left out.
    NoTime,
    /// The document is damaged from here on.
    Damaged,
    /// There is no cue in the whole file.
    NoCues,
}

impl CaptionFault {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 8] = [
        ("no-signature", Self::NoSignature),
        ("unreadable-time", Self::UnreadableTime),
        ("ends-before-start", Self::EndsBeforeStart),
        ("out-of-order", Self::OutOfOrder),
        ("no-text", Self::NoText),
        ("no-time", Self::NoTime),
        ("damaged", Self::Damaged),
        ("no-cues", Self::NoCues),
    ];
}

impl Captions {
    /// Adds a cue, or what is wrong with it.
    pub(super) fn push(&mut self, line: usize, cue: Cue) {
        if cue.end_ms <= cue.start_ms {
            return self.report(line, CaptionFault::EndsBeforeStart);
        }
        if cue.text.trim().is_empty() {
            return self.report(line, CaptionFault::NoText);
        }
        let last = self.cues.last();
        if last.is_some_and(|last| last.start_ms > cue.start_ms) {
            self.report(line, CaptionFault::OutOfOrder);
        }
        self.cues.push(cue);
    }

    pub(super) fn report(&mut self, line: usize, fault: CaptionFault) {
        self.problem_count += 1;
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(CaptionProblem { line, fault });
        }
    }

    /// Puts the cues in order, and reports when there are none.
    pub(super) fn finish(mut self) -> Self {
        if self.cues.is_empty() {
            self.report(1, CaptionFault::NoCues);
        }
        self.cues.sort_by_key(|cue| cue.start_ms);
        self
    }
}
