//! The text of a document in portions that a slow line carries: some pages, or so many paragraphs when it has no pages.

use crate::services::media::text::builder::PAGE_BREAK;

/// A portion ends with the page that reaches so many bytes.
const PORTION_BYTES: usize = 16 * 1024;
/// A portion of a text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::interfaces::portal) struct Portion {
    /// Which one, from 1.
    pub number: usize,
    /// How many there are.
    pub count: usize,
    /// Its pages.
    pub pages: Vec<PageView>,
    /// The number of the last page of the text; none when it has no pages.
    pub last_page: Option<usize>,
}

/// A page, or what of it is in the portion.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::interfaces::portal) struct PageView {
    /// Its number from 1; none in a text without pages.
    pub number: Option<usize>,
    /// Its paragraphs.
    pub paragraphs: Vec<String>,
}

impl PageView {
    /// The anchor of a page with a number.
    pub(super) fn anchor(&self) -> String {
        self.number
            .map_or_else(String::new, |number| anchor(&number.to_string()))
    }
}

/// The anchor of a page.
pub(super) fn anchor(number: &str) -> String {
    format!("trang-{number}")
}

impl Portion {
    /// The first and the last page of it.
    pub(super) fn pages_shown(&self) -> Option<(usize, usize)> {
        self.pages.first()?.number.zip(self.pages.last()?.number)
    }
}

/// A piece of a page that is not longer than a portion.
struct Piece<'t> {
    page: usize,
    text: &'t str,
}

/// The portion that is asked for: by its number, else the one with this page, else the first.
pub(super) fn choose(text: &str, page: Option<usize>, part: Option<usize>) -> Portion {
    let pieces: Vec<Piece<'_>> = pieces(text).collect();
    let portions = portions(&pieces);
    let with_page = |page: usize| {
        let has_page = |portion: &&[Piece<'_>]| portion.iter().any(|piece| piece.page >= page);
        portions.iter().position(has_page)
    };
    let wanted = match (part, page) {
        (Some(part), _) => part.checked_sub(1),
        (None, Some(page)) => with_page(page),
        (None, None) => None,
    };
    let index = wanted.filter(|index| *index < portions.len()).unwrap_or(0);
    let has_pages = text.contains(PAGE_BREAK);
    let mut pages: Vec<PageView> = Vec::new();
    let mut last = None;
    for piece in portions.get(index).copied().unwrap_or_default() {
        let paragraphs = paragraphs(piece.text).map(str::to_owned);
        match pages.last_mut() {
            Some(page) if last == Some(piece.page) => page.paragraphs.extend(paragraphs),
            _ => pages.push(PageView {
                number: has_pages.then_some(piece.page),
                paragraphs: paragraphs.collect(),
            }),
        }
        last = Some(piece.page);
    }
    Portion {
        number: index + 1,
        count: portions.len(),
        pages,
        last_page: pieces.last().map(|piece| piece.page).filter(|_| has_pages),
    }
}

fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// The pages with words, long ones in several pieces.
fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let pages = text.split(PAGE_BREAK).enumerate();
    pages.flat_map(|(index, page)| {
        let mut rest = page;
        std::iter::from_fn(move || {
            let (text, after) = rest.split_at(end_of_piece(rest));
            rest = after;
            let page = index + 1;
            (!text.is_empty()).then_some(Piece { page, text })
        })
        .filter(|piece| paragraphs(piece.text).next().is_some())
    })
}

/// Where the first piece ends: behind the last line that fits, else behind the last character that does.
fn end_of_piece(text: &str) -> usize {
    if text.len() <= PORTION_BYTES {
        return text.len();
    }
    let mut fits = PORTION_BYTES;
    while !text.is_char_boundary(fits) {
        fits -= 1;
    }
    text[..fits].rfind('\n').map_or(fits, |at| at + 1)
}

/// Pieces that are shown together.
fn portions<'p, 't>(pieces: &'p [Piece<'t>]) -> Vec<&'p [Piece<'t>]> {
    let (mut portions, mut start, mut bytes) = (Vec::new(), 0, 0);
    for (index, piece) in pieces.iter().enumerate() {
        if bytes > 0 && bytes + piece.text.len() > PORTION_BYTES {
            portions.push(&pieces[start..index]);
            (start, bytes) = (index, 0);
        }
        bytes += piece.text.len();
    }
    if start < pieces.len() {
        portions.push(&pieces[start..]);
    }
    portions
}

#[cfg(test)]
mod tests {
    use super::{PORTION_BYTES, choose};

    fn numbers(
        text: &str,
        page: Option<usize>,
        part: Option<usize>,
    ) -> (usize, Vec<Option<usize>>) {
        let portion = choose(text, page, part);
        let pages = portion.pages.iter().map(|page| page.number);
        (portion.number, pages.collect())
    }

    #[test]
    fn pages_that_fit_are_shown_together() {
        let text = "một\n\u{c}hai\n\u{c}\u{c}bốn\n";
        let portion = choose(text, None, None);
        assert_eq!((portion.number, portion.count), (1, 1));
        assert_eq!(portion.last_page, Some(4));
        // The third page has no words.
        assert_eq!(
            numbers(text, None, None),
            (1, vec![Some(1), Some(2), Some(4)])
        );
        assert_eq!(portion.pages[1].paragraphs, ["hai"]);
    }

    #[test]
    fn a_page_is_found_in_its_portion() {
        let page = "chữ ".repeat(2000);
        let text = [page.as_str(); 5].join("\n\u{c}");
        // 2,000 times 6 bytes: one page fits.
        for (page, part, expected) in [
            (Some(3), None, 3),
            (None, Some(5), 5),
            (Some(1), Some(2), 2),
            (Some(99), None, 1),
            (None, Some(99), 1),
            (None, Some(0), 1),
        ] {
            let (number, pages) = numbers(&text, page, part);
            assert_eq!((number, pages), (expected, vec![Some(expected)]));
        }
    }

    #[test]
    fn a_text_without_pages_is_cut_between_lines() {
        let line = format!("{}\n", "ă".repeat(500));
        let text = line.repeat(40);
        let first = choose(&text, None, None);
        assert_eq!((first.count, first.last_page), (3, None));
        let of = |part| choose(&text, None, Some(part)).pages[0].paragraphs.len();
        // 1,001 bytes a line, 16 lines fit.
        assert_eq!([of(1), of(2), of(3)], [16, 16, 8]);
        let endless = "ă".repeat(PORTION_BYTES);
        assert_eq!(choose(&endless, None, None).count, 2);
        let nothing = choose(" \n\u{c}", None, None);
        assert_eq!((nothing.count, nothing.pages.len()), (0, 0));
    }
}
