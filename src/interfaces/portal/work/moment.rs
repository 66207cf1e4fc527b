//! Moments of recordings in addresses: `?t=83`, `?t=1:23` and `#t=83` (Media Fragments URI 1.0).

use crate::interfaces::messages::Language;
use crate::interfaces::portal::href::Href;
use crate::interfaces::portal::place::Place;

/// The longest recording that a moment is looked up in: a week, in milliseconds.
const MAX_MS: u64 = 7 * 24 * 3600 * 1000;

/// A moment as people and players write it: seconds, or minutes and seconds, with or without decimals.
pub(in crate::interfaces::portal) fn parse(text: &str) -> Option<u64> {
    let text = text.trim().replace(',', ".");
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |part: &str| -> Option<u64> {
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| part.parse().ok()).flatten()
    };
    let mut seconds: u64 = 0;
    for part in whole.split(':') {
        seconds = seconds.checked_mul(60)?.checked_add(digits(part)?)?;
    }
    let thousandths: String = decimals.chars().chain("000".chars()).take(3).collect();
    let ms = seconds
        .checked_mul(1000)?
        .checked_add(digits(&thousandths)?)?;
    (ms <= MAX_MS).then_some(ms)
}

/// The moment in seconds, as fragments have it: `83`, `4.248`.
pub(in crate::interfaces::portal) fn seconds(ms: u64) -> String {
    let text = format!("{}.{:03}", ms / 1000, ms % 1000);
    let text = text.trim_end_matches('0');
    text.trim_end_matches('.').to_owned()
}

/// The fragment of a moment.
pub(in crate::interfaces::portal) fn anchor(seconds: &str) -> String {
    format!("t={seconds}")
}

/// The address of a moment of a recording: for the archive, which marks its line, and for the player.
pub(in crate::interfaces::portal) fn address(place: Place, ms: u64, language: Language) -> Href {
    let seconds = seconds(ms);
    let page = place.href_with(language, [("t", seconds.as_str())]);
    page.at(&anchor(&seconds))
}

#[cfg(test)]
mod tests {
    use super::{parse, seconds};

    #[test]
    fn moments_are_seconds_or_minutes_and_seconds() {
        for (text, ms) in [
            ("83", Some(83_000)),
            ("4.248", Some(4_248)),
            ("4,2", Some(4_200)),
            ("1:23", Some(83_000)),
            (" 1:02:03.5 ", Some(3_723_500)),
            ("0", Some(0)),
            ("", None),
            ("-1", None),
            ("1:", None),
            ("abc", None),
            ("99999999999999999999", None),
            ("10000000", None),
        ] {
            assert_eq!(parse(text), ms, "{text}");
        }
        for (ms, text) in [(83_000, "83"), (4_248, "4.248"), (4_200, "4.2"), (0, "0")] {
            assert_eq!(seconds(ms), text);
        }
    }
}
