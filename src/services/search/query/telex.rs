//! Decodes words typed with the input method off: Telex (`quyeenf`) and VNI (`quye62n`) keystrokes.
//!
//! The caller looks up the decoded word: it is used only when the collection contains it.

use crate::services::search::analysis::{SEPARATOR, Spelling};

/// The word that Telex or VNI keystrokes produce; none when they change no letter.
pub(crate) fn decoded(word: &str) -> Option<Spelling> {
    let keys = word.to_lowercase();
    if !keys.is_ascii() || keys.len() > 12 || keys.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let letters = if keys.bytes().any(|b| b.is_ascii_digit()) {
        vni(&keys)
    } else {
        telex(&keys)
    }?;
    let spelling = Spelling::of(&letters);
    spelling.is_marked().then_some(spelling)
}

/// The separator of exact terms is never part of a key sequence.
const _: () = assert!(SEPARATOR.is_ascii_control());

const CIRCUMFLEX: char = '\u{302}';
const BREVE: char = '\u{306}';
const HORN: char = '\u{31B}';

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

fn telex(keys: &str) -> Option<String> {
    let mut typed = Typed::default();
    for key in keys.chars() {
        let has_vowel = typed.has_vowel();
        let is_handled = match key {
            's' if has_vowel => typed.tone('\u{301}'),
            'f' if has_vowel => typed.tone('\u{300}'),
            'r' if has_vowel => typed.tone('\u{309}'),
            'x' if has_vowel => typed.tone('\u{303}'),
            'j' if has_vowel => typed.tone('\u{323}'),
            'a' | 'e' | 'o' => typed.shape(&[key], CIRCUMFLEX),
            'd' => typed.stroke(),
            'w' => typed.shape(&['u', 'o'], HORN) || typed.shape(&['a'], BREVE) || typed.lone_w(),
            _ => false,
        };
        if !is_handled {
            typed.letter(key);
        }
    }
    typed.written()
}

fn vni(keys: &str) -> Option<String> {
    let mut typed = Typed::default();
    for key in keys.chars() {
        let is_handled = match key {
            '1' => typed.tone('\u{301}'),
            '2' => typed.tone('\u{300}'),
            '3' => typed.tone('\u{309}'),
            '4' => typed.tone('\u{303}'),
            '5' => typed.tone('\u{323}'),
            '6' => typed.shape(&['a', 'e', 'o'], CIRCUMFLEX),
            '7' => typed.shape(&['u', 'o'], HORN),
            '8' => typed.shape(&['a'], BREVE),
            '9' => typed.stroke(),
            _ => {
                typed.letter(key);
                true
            }
        };
        if !is_handled {
            return None;
        }
    }
    typed.written()
}

/// The state of the input method within a syllable.
#[derive(Default)]
struct Typed {
    letters: Vec<(char, Option<char>)>,
    tone: Option<char>,
    is_broken: bool,
}

impl Typed {
    fn letter(&mut self, key: char) {
        self.letters.push((key, None));
    }

    fn has_vowel(&self) -> bool {
        self.letters.iter().any(|(c, _)| is_vowel(*c))
    }

    /// In input methods a second tone key cancels the first; here it means that the word is not Telex.
    fn tone(&mut self, mark: char) -> bool {
        self.is_broken |= self.tone.is_some();
        self.tone = Some(mark);
        self.has_vowel()
    }

    /// Adds a shape mark to the last of these letters; a horn is added to both letters of `uo`.
    fn shape(&mut self, on: &[char], mark: char) -> bool {
        let Some(at) = self
            .letters
            .iter()
            .rposition(|(c, shape)| on.contains(c) && shape.is_none())
        else {
            return false;
        };
        let between = &self.letters[at + 1..];
        let vowels_end = between
            .iter()
            .rposition(|(c, _)| is_vowel(*c))
            .map_or(0, |i| i + 1);
        if between[..vowels_end].iter().any(|(c, _)| !is_vowel(*c)) || between.len() > 3 {
            return false;
        }
        self.letters[at].1 = Some(mark);
        let before_is_u = at > 0 && self.letters[at - 1].0 == 'u';
        let after_qu = at > 1 && self.letters[at - 2].0 == 'q';
        if mark == HORN && self.letters[at].0 == 'o' && before_is_u && !after_qu {
            self.letters[at - 1].1 = Some(mark);
        }
        true
    }

    fn stroke(&mut self) -> bool {
        match self.letters.first_mut() {
            Some((first @ 'd', None)) => {
                *first = 'đ';
                true
            }
            _ => false,
        }
    }

    /// `w` produces ư when no vowel precedes it: `tw` is tư.
    fn lone_w(&mut self) -> bool {
        if self.has_vowel() {
            return false;
        }
        self.letters.push(('u', Some(HORN)));
        true
    }

    fn written(&self) -> Option<String> {
        if self.is_broken {
            return None;
        }
        let mut word = String::new();
        for (letter, shape) in &self.letters {
            word.push(*letter);
            word.extend(*shape);
        }
        word.extend(self.tone);
        Some(word)
    }
}

#[cfg(test)]
mod tests {
    use super::{Spelling, decoded};

    /// Key sequences as typed with UniKey; each word checked by typing it.
    #[test]
    fn keystrokes_become_the_intended_words() {
        for (keys, word) in [
            ("quyeenf", "quyền"),
            ("quyeefn", "quyền"),
            ("trer", "trẻ"),
            ("lichj", "lịch"),
            ("suwr", "sử"),
            ("ddawng", "đăng"),
            ("dduwowcj", "được"),
            ("nguwowif", "người"),
            ("nguowif", "người"),
            ("hooij", "hội"),
            ("Vieejt", "Việt"),
            ("Vietej", "Việt"),
            ("tw", "tư"),
            ("naof", "nào"),
            ("ddinhj", "định"),
            ("dinhdj", "định"),
            ("quye62n", "quyền"),
            ("Vie65t", "Việt"),
            ("ngu7o72i", "người"),
            ("d9u7o75c", "được"),
            ("duoc9", "đuoc"),
        ] {
            let expected = Spelling::of(word);
            let got = decoded(keys);
            assert_eq!(
                got.as_ref().map(Spelling::exact),
                Some(expected.exact()),
                "{keys}"
            );
        }
        for other in [
            "trong", "phong", "COVID19", "quyền", "2024", "bcd", "h2o4a1b7",
        ] {
            assert_eq!(decoded(other), None, "{other}");
        }
    }
}
