//! Collects the text of a document in its final form.

use unicode_normalization::UnicodeNormalization as _;

/// The longest text that is kept of a file, in bytes; what follows is left out.
pub const MAX_TEXT_BYTES: usize = 4 << 20;

/// Between pages, at the beginning of a line.
pub const PAGE_BREAK: char = '\u{c}';

/// A text that grows by pieces. Blanks become one, lines have no blanks at their ends, and no more than one empty line
/// follows another.
#[derive(Debug, Default)]
pub struct TextBuilder {
    text: String,
    line: String,
    /// A blank is due before the next word of the line.
    has_blank: bool,
}

impl TextBuilder {
    /// Adds to the present line; line ends within it count as blanks.
    pub fn push(&mut self, piece: &str) {
        for c in piece.chars() {
            self.push_char(c);
        }
    }

    /// Adds a text with lines of its own.
    pub fn push_lines(&mut self, text: &str) {
        for (number, line) in text.lines().enumerate() {
            if number > 0 {
                self.end_line();
            }
            self.push(line);
        }
        self.end_line();
    }

    fn push_char(&mut self, c: char) {
        // U+FEFF and U+00AD are not seen; U+FFFD stands for what could not be read.
        let is_left_out = matches!(c, '\u{feff}' | '\u{ad}' | '\u{fffd}');
        if c.is_whitespace() {
            self.has_blank = !self.line.is_empty();
        } else if c.is_control() || is_left_out || self.is_full() {
        } else {
            if self.has_blank {
                self.line.push(' ');
                self.has_blank = false;
            }
            self.line.push(c);
        }
    }

    /// Ends the present line if it has words.
    pub fn end_line(&mut self) {
        if !self.line.is_empty() {
            self.text.push_str(&self.line);
            self.text.push('\n');
            self.line.clear();
        }
        self.has_blank = false;
    }

    /// Ends the present page, also an empty one.
    pub fn end_page(&mut self) {
        self.end_line();
        if !self.is_full() {
            self.text.push(PAGE_BREAK);
        }
    }

    /// Whether nothing more is taken.
    pub fn is_full(&self) -> bool {
        self.text.len() + self.line.len() >= MAX_TEXT_BYTES
    }

    /// The text, composed (NFC).
    pub fn finish(mut self) -> String {
        self.end_line();
        self.text.nfc().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_TEXT_BYTES, TextBuilder};

    #[test]
    fn blanks_are_one_and_lines_have_words() {
        let mut builder = TextBuilder::default();
        builder.push("  Quye\u{302}\u{300}n \u{a0}");
        builder.push("\n tre\u{309}\u{0} em ");
        builder.end_line();
        builder.end_line();
        builder.push("hai");
        builder.end_page();
        builder.end_page();
        builder.push_lines("ba\n\n bốn ");
        assert_eq!(builder.finish(), "Quyền trẻ em\nhai\n\u{c}\u{c}ba\nbốn\n");
    }

    #[test]
    fn an_endless_text_is_cut() {
        let mut builder = TextBuilder::default();
        for _ in 0..3 * MAX_TEXT_BYTES / 4 {
            builder.push("bốn ");
        }
        let text = builder.finish();
        assert!(text.len() <= MAX_TEXT_BYTES + 4, "{}", text.len());
    }
}
