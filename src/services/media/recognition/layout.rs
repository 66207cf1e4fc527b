//! The words of a page with their places: what Tesseract writes as TSV, and what is kept of it.

use serde::Serialize;

/// From this confidence on a word counts as read.
const SURE_WORD: u8 = 60;

/// A word on a page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Word {
    /// Left, top, width and height in pixels of the page.
    #[serde(rename = "box")]
    pub(super) area: [u32; 4],
    /// With how much confidence it was read, from 0 to 100.
    pub(super) confidence: u8,
    /// The word.
    pub(super) text: String,
    /// Block, paragraph and line that it is in.
    #[serde(skip)]
    line: [u32; 3],
}

/// What was read of a page.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(super) struct PageLayout {
    /// Width of the page in pixels, as it was read.
    pub(super) width: u32,
    /// Its height.
    pub(super) height: u32,
    /// By how many degrees, clockwise in quarters, the page was turned before it was read.
    pub(super) turned: u32,
    /// The mean of the words, from 0 to 100.
    pub(super) confidence: u8,
    /// The words in reading order.
    pub(super) words: Vec<Word>,
}

impl PageLayout {
    /// Reads the TSV of Tesseract: twelve columns, rows of level 5 are words.
    pub(super) fn read(tsv: &str, (width, height): (u32, u32)) -> Self {
        let words: Vec<Word> = tsv.lines().filter_map(word).collect();
        let letters = |word: &Word| word.text.chars().count() as u64;
        let all: u64 = words.iter().map(letters).sum();
        let weighted = words
            .iter()
            .map(|word| u64::from(word.confidence) * letters(word));
        let confidence = weighted.sum::<u64>().checked_div(all).unwrap_or(0);
        Self {
            width,
            height,
            turned: 0,
            confidence: u8::try_from(confidence).unwrap_or(100),
            words,
        }
    }

    /// How much was read: the letters of words that are read with confidence, each by its confidence.
    pub(super) fn letters_read(&self) -> u64 {
        let sure = self
            .words
            .iter()
            .filter(|word| word.confidence >= SURE_WORD);
        sure.map(|word| u64::from(word.confidence) * word.text.chars().count() as u64)
            .sum()
    }

    /// Its text with a line for each paragraph.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let mut before: Option<[u32; 3]> = None;
        for word in &self.words {
            let separator = match before {
                None => "",
                Some(before) if before[..2] == word.line[..2] => " ",
                Some(_) => "\n",
            };
            text.push_str(separator);
            text.push_str(&word.text);
            before = Some(word.line);
        }
        text
    }
}

fn word(row: &str) -> Option<Word> {
    let columns: Vec<&str> = row.split('\t').collect();
    let [
        level,
        _page,
        block,
        paragraph,
        line,
        _word,
        left,
        top,
        width,
        height,
        confidence,
        text,
    ] = columns.as_slice()
    else {
        return None;
    };
    let number = |column: &str| column.parse::<u32>().ok();
    let confidence: f32 = confidence.parse().ok()?;
    let text = text.trim();
    (*level == "5" && confidence >= 0.0 && !text.is_empty()).then_some(())?;
    Some(Word {
        area: [number(left)?, number(top)?, number(width)?, number(height)?],
        confidence: confidence.clamp(0.0, 100.0) as u8,
        text: text.to_owned(),
        line: [number(block)?, number(paragraph)?, number(line)?],
    })
}

#[cfg(test)]
mod tests {
    use super::PageLayout;

    /// As Tesseract 5.3 writes it.
    const TSV: &str = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext
1\t1\t0\t0\t0\t0\t0\t0\t2480\t3508\t-1\t
4\t1\t1\t1\t1\t0\t295\t300\t900\t40\t-1\t
5\t1\t1\t1\t1\t1\t295\t300\t120\t40\t96.5\tQuyền
5\t1\t1\t1\t1\t2\t430\t300\t80\t40\t90.1\ttrẻ
5\t1\t1\t1\t2\t1\t295\t350\t80\t40\t60\tem
5\t1\t1\t2\t1\t1\t295\t420\t80\t40\t95\tHai
5\t1\t1\t2\t1\t2\t295\t420\t80\t40\t95\t \n";

    #[test]
    fn words_lines_and_paragraphs_are_read() {
        let page = PageLayout::read(TSV, (2480, 3508));
        assert_eq!(page.text(), "Quyền trẻ em\nHai");
        assert_eq!(page.words[1].area, [430, 300, 80, 40]);
        // (96*5 + 90*3 + 60*2 + 95*3) / 13
        assert_eq!(page.confidence, 88);
        assert_eq!(page.letters_read(), 96 * 5 + 90 * 3 + 60 * 2 + 95 * 3);
        assert_eq!(PageLayout::read("no\ttsv", (1, 1)).words, []);
    }
}
