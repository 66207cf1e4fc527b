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
/// Elements around what every page of a site says.
const BESIDE: [&str; 7] = [
    "nav", "aside", "footer", "form", "button", "select", "dialog",
];

/// Characters from which on the main part is taken to be the page.
const LEAST_MAIN_CHARS: usize = 200;

/// The text with one line for each block.
pub fn text(page: &str) -> String {
    let mut text = String::with_capacity(page.len() / 2);
    scan(page, |piece| match piece {
        Piece::Text(piece) => text.push_str(piece),
        Piece::Start(name) | Piece::End(name) => end_line(name, &mut text),
    });
    lines(&text)
}

/// The text of the part that one reads: the main part where the page marks one, without navigation and forms. A page that
/// would have no text so has all of it.
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
    let (main, body) = (lines(&main), lines(&body));
    if main.chars().take(LEAST_MAIN_CHARS).count() == LEAST_MAIN_CHARS {
        main
    } else if body.is_empty() {
        text(page)
    } else {
        body
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
        rest = after_tag(rest);
        if WITHOUT_TEXT.contains(&name.as_str()) {
            rest = after_element(rest, &name);
        } else if let Some(name) = name.strip_prefix('/') {
            visit(Piece::End(name));
        } else {
            visit(Piece::Start(&name));
        }
    }
    visit(Piece::Text(rest));
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
}
