//! The text of an HTML page: without tags, comments, scripts and styles.

/// Elements whose content is no text.
const WITHOUT_TEXT: [&str; 5] = ["script", "style", "template", "noscript", "svg"];
/// Elements inside a line; all others end it.
const INLINE: [&str; 14] = [
    "a", "abbr", "b", "cite", "code", "em", "font", "i", "mark", "small", "span", "strong", "sup",
    "u",
];
/// Elements around what the page says.
const MAIN: [&str; 2] = ["main", "article"];
/// Elements around what every page of a site says. A form is none: some programs put the whole page into one.
const BESIDE: [&str; 6] = ["nav", "aside", "footer", "button", "select", "dialog"];

/// Characters from which on the main part is taken to be the page.
const LEAST_MAIN_CHARS: usize = 200;
/// A part that is so many times shorter than the page is not what one reads of it.
const MUCH_SHORTER: usize = 10;

/// The namespace of pages in which a tag that ends in `/>` has no content.
const XHTML: &str = "http://www.w3.org/1999/xhtml";
/// Characters in which a page names its namespace.
const HEAD_CHARS: usize = 2000;

/// The text with one line for each block.
pub fn text(page: &str) -> String {
    let mut text = String::with_capacity(page.len() / 2);
    scan(page, |piece| match piece {
        Piece::Text(piece) => text.push_str(piece),
        Piece::Start(name) | Piece::End(name) => end_line(name, &mut text),
    });
    lines(&text)
}

/// The text of the part that one reads: the main part where the page marks one, without navigation. A page that would have
/// almost no text so has all of it.
pub fn readable_text(page: &str) -> String {
    let (mut main, mut body) = (String::new(), String::new());
    let (mut mains, mut besides) = (0_usize, 0_usize);
    scan(page, |piece| match piece {
        Piece::Text(_) if besides > 0 => {}
        Piece::Text(piece) => {
            body.push_str(piece);
            if mains > 0 {
                main.push_str(piece);
            }
        }
        Piece::Start(name) => {
            mains += usize::from(MAIN.contains(&name));
            besides += usize::from(BESIDE.contains(&name));
            end_line(name, &mut body);
            end_line(name, &mut main);
        }
        Piece::End(name) => {
            mains = mains.saturating_sub(usize::from(MAIN.contains(&name)));
            besides = besides.saturating_sub(usize::from(BESIDE.contains(&name)));
            end_line(name, &mut body);
            end_line(name, &mut main);
        }
    });
    let (main, body, whole) = (lines(&main), lines(&body), text(page));
    let is_enough =
        |part: &str| !part.is_empty() && part.len().saturating_mul(MUCH_SHORTER) >= whole.len();
    let has_main = main.chars().take(LEAST_MAIN_CHARS).count() == LEAST_MAIN_CHARS;
    if has_main && is_enough(&main) {
        main
    } else if is_enough(&body) {
        body
    } else {
        whole
    }
}

enum Piece<'p> {
    Text(&'p str),
    Start(&'p str),
    End(&'p str),
}

fn end_line(name: &str, text: &mut String) {
    if !INLINE.contains(&name) {
        text.push('\n');
    }
}

/// With its character references replaced, without empty lines.
fn lines(text: &str) -> String {
    let text = html_escape::decode_html_entities(text);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<&str>>().join("\n")
}

/// Calls `visit` with the texts and tags of a page, in their order.
fn scan(page: &str, mut visit: impl FnMut(Piece<'_>)) {
    let mut rest = page;
    let is_xhtml = is_xhtml(page);
    while let Some(at) = rest.find('<') {
        visit(Piece::Text(&rest[..at]));
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let name = tag_name(rest);
        let is_tag = !name.is_empty() || rest.starts_with("<!") || rest.starts_with("<?");
        if !is_tag {
            visit(Piece::Text("<"));
            rest = &rest[1..];
            continue;
        }
        let tag = rest;
        rest = after_tag(rest);
        // HTML ignores the slash, but not in SVG.
        let may_be_empty = (is_xhtml && !name.starts_with('/')) || name == "svg";
        let is_empty = may_be_empty && tag[..tag.len() - rest.len()].ends_with("/>");
        if is_empty {
            if !WITHOUT_TEXT.contains(&name.as_str()) {
                visit(Piece::Start(&name));
                visit(Piece::End(&name));
            }
        } else if WITHOUT_TEXT.contains(&name.as_str()) {
            rest = after_element(rest, &name);
        } else if let Some(name) = name.strip_prefix('/') {
            visit(Piece::End(name));
        } else {
            visit(Piece::Start(&name));
        }
    }
    visit(Piece::Text(rest));
}

/// Whether a page is XML: it says so, or names the namespace.
fn is_xhtml(page: &str) -> bool {
    let page = page.trim_start_matches('\u{feff}').trim_start();
    let end = page.char_indices().nth(HEAD_CHARS);
    let head = &page[..end.map_or(page.len(), |(at, _)| at)];
    head.starts_with("<?xml") || head.contains(XHTML)
}

/// The name of a tag in lower case, with the slash of an end tag; empty when it is no tag.
fn tag_name(tag: &str) -> String {
    let name = tag[1..]
        .char_indices()
        .take_while(|(at, c)| c.is_ascii_alphanumeric() || (*at == 0 && *c == '/'));
    let name: String = name.map(|(_, c)| c.to_ascii_lowercase()).collect();
    let begins_with_letter = name
        .trim_start_matches('/')
        .starts_with(|c: char| c.is_ascii_alphabetic());
    if begins_with_letter {
        name
    } else {
        String::new()
    }
}

/// What follows the end of a tag; a `>` in quotes does not end it.
fn after_tag(tag: &str) -> &str {
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        match (quote, c) {
            (None, '>') => return &tag[at + 1..],
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    ""
}

/// What follows the end tag of an element without text.
fn after_element<'a>(content: &'a str, name: &str) -> &'a str {
    let end = content.match_indices("</").find(|(at, _)| {
        content
            .get(at + 2..at + 2 + name.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(name))
    });
    end.map_or("", |(at, _)| after_tag(&content[at..]))
}

#[cfg(test)]
mod tests {
    use super::{readable_text, text};

    #[test]
    fn a_page_is_its_text_without_tags_scripts_and_comments() {
        let page = "<!DOCTYPE html><html><head><style>p{}</style><script>var bí='<p>';</script></head>\
            <body><!-- ẩn --><h1 title='a>b'>Quy&#7873;n con ng&#x1B0;&#7901;i</h1>\
            <p>Tr&ecirc;n <b>2</b> &lt; 3 &amp; 5<br>Hết</p></body></html>";
        assert_eq!(text(page), "Quyền con người\nTrên 2 < 3 & 5\nHết");
        assert_eq!(readable_text(page), text(page));
    }

    #[test]
    fn the_part_that_one_reads_is_without_navigation() {
        let long = "Trẻ em có quyền được học tập. ".repeat(10);
        let page = format!(
            "<nav>Trang chủ</nav><header>Báo</header><article><p>{long}</p><aside>Quảng cáo</aside></article><footer>Liên hệ</footer>"
        );
        assert_eq!(readable_text(&page), long.trim());
        let short = "<nav>Trang chủ</nav><p>Tin ngắn</p><footer>Liên hệ</footer>";
        assert_eq!(readable_text(short), "Tin ngắn");
        assert_eq!(readable_text("<nav>Chỉ có trình đơn"), "Chỉ có trình đơn");
    }

    /// As ASP.NET writes pages.
    #[test]
    fn a_page_within_a_form_is_read() {
        let page = "<body><form id='aspnetForm'><input type='hidden' value='dDw'/><nav>Trang chủ</nav>\
            <p>Thông báo tuyển dụng</p><button>Gửi</button></form></body>";
        assert_eq!(readable_text(page), "Thông báo tuyển dụng");
    }

    #[test]
    fn a_part_that_is_almost_nothing_of_the_page_is_not_the_page() {
        let long = "Trẻ em có quyền được học tập. ".repeat(100);
        let dialog = format!("<p>Tin</p><dialog>{long}</dialog>");
        assert_eq!(readable_text(&dialog), format!("Tin\n{}", long.trim()));
        let notice = "Trang này dùng cookie. ".repeat(11);
        let page = format!("<article>{notice}</article><nav>Trang chủ</nav><div>{long}</div>");
        let notice = notice.trim();
        assert_eq!(readable_text(&page), format!("{notice}\n{}", long.trim()));
    }

    #[test]
    fn a_tag_that_ends_at_once_has_no_content() {
        let xhtml = "<html xmlns='http://www.w3.org/1999/xhtml'><head><title/><script src='a.js'/></head>\
            <body><nav/><p>Chữ <svg/>trước</p><style type='text/css' /><p>Chữ sau</p></body></html>";
        assert_eq!(readable_text(xhtml), "Chữ trước\nChữ sau");
        let declared = xhtml.replace(" xmlns='http://www.w3.org/1999/xhtml'", "");
        let declared = format!("<?xml version='1.0'?>{declared}");
        assert_eq!(readable_text(&declared), "Chữ trước\nChữ sau");
        let html = "<p>Trước</p><svg viewBox='0 0 1 1'/><p>Giữa</p><script src='a.js'/>var a;</script><p>Sau</p>";
        assert_eq!(readable_text(html), "Trước\nGiữa\nSau");
    }
}
