//! Any text through the analysis: what becomes a term, where it stands, what would be shown.
//!
//! The first line is what somebody looks for, all of it a text of a work.
#![no_main]

use khochung::services::search::bench::{TOKENIZERS, fragment, terms};
use libfuzzer_sys::fuzz_target;

/// A folded word is cut at 60 bytes and its form with marks at 240, give or take a letter that
/// falls apart; a pair is two folded words. A document number as a whole is a word.
const LONGEST_FOLDED: usize = 80;
const LONGEST_EXACT: usize = LONGEST_FOLDED + 280;
/// A piece is about three lines.
const LONGEST_PIECE: usize = 512;

fuzz_target!(|text: &str| {
    for level in TOKENIZERS {
        check_terms(level, text);
    }
    let words = text.lines().next().unwrap_or_default();
    let Some((piece, passage)) = fragment(words, text) else {
        return;
    };
    assert!(passage.paragraph > 0);
    assert!(piece.text.len() <= LONGEST_PIECE, "{} bytes", piece.text.len());
    let mut end = 0;
    for light in &piece.highlights {
        assert!(light.start >= end && light.end > light.start, "{light:?}");
        assert!(piece.text.get(light.clone()).is_some(), "{light:?} in {:?}", piece.text);
        end = light.end;
    }
});

fn check_terms(level: &str, text: &str) {
    let mut position_before = 0;
    let terms = terms(level, text);
    assert!(terms.len() <= 2 * text.chars().count(), "more terms than letters");
    for (term, span, position) in terms {
        let word = text.get(span.clone()).expect("a term stands on whole letters");
        assert!(!word.is_empty() && !term.is_empty(), "{level}: {term:?} of {word:?}");
        assert!(position >= position_before, "{level}: places go back");
        position_before = position;
        let most = match level {
            "folded" => LONGEST_FOLDED,
            "exact" => LONGEST_EXACT,
            _ => 2 * LONGEST_FOLDED + 1,
        };
        assert!(term.len() <= most, "{level}: {} bytes of {word:?}", term.len());
    }
}
