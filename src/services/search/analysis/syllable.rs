//! Whether a folded word can be a Vietnamese syllable.
//!
//! Distinguishes Vietnamese queries typed without diacritics from English ones. Uses the parts of a
//! syllable (onset, vowels without marks, final), not a word list.

const ONSETS: [&str; 27] = [
    "ngh", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr", "b", "c", "d", "g", "h",
    "k", "l", "m", "n", "p", "r", "s", "t", "v", "x", "",
];
const VOWELS: [&str; 39] = [
    "a", "e", "i", "o", "u", "y", "ai", "ao", "au", "ay", "eo", "eu", "ia", "ie", "ieu", "iu",
    "oa", "oai", "oay", "oe", "oeo", "oi", "oo", "ua", "uai", "uay", "ue", "ui", "uo", "uoi",
    "uou", "uu", "uy", "uya", "uye", "uyu", "ya", "ye", "yeu",
];
const FINALS: [&str; 9] = ["ch", "ng", "nh", "c", "m", "n", "p", "t", ""];

/// Whether a folded word can be a Vietnamese syllable.
pub(crate) fn is_syllable(folded: &str) -> bool {
    let rhymes = ONSETS.iter().filter_map(|onset| folded.strip_prefix(onset));
    rhymes.into_iter().any(|rhyme| {
        let vowels = FINALS.iter().filter_map(|last| rhyme.strip_suffix(last));
        vowels.into_iter().any(|vowel| VOWELS.contains(&vowel))
    })
}

#[cfg(test)]
mod tests {
    use super::is_syllable;

    #[test]
    fn syllables_are_distinguished_from_english_words() {
        for word in [
            "quyen", "tre", "em", "nguoi", "nghieng", "gi", "gin", "khuya", "yeu", "a", "thuong",
        ] {
            assert!(is_syllable(word), "{word}");
        }
        for word in [
            "rights", "women", "war", "children", "law", "school", "b", "crime", "zoo",
        ] {
            assert!(!is_syllable(word), "{word}");
        }
    }
}
