//! The text of an HTML page: without tags, comments, scripts and styles.

use super::references::decoded;

/// Elements whose content is no text.
const WITHOUT_TEXT: [&str; 4] = ["script", "style", "template", "noscript"];
/// Elements inside a line; all others end it.
const INLINE: [&str; 14] = [
    "a", "abbr", "b", "cite", "code", "em", "font", "i", "mark", "small", "span", "strong", "sup",
    "u",
];

/// The text with one line for each block.
pub(crate) fn html_text(page: &str) -> String {
    let mut text = String::with_capacity(page.len() / 2);
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let name = tag_name(rest);
        let is_tag = !name.is_empty() || rest.starts_with("<!") || rest.starts_with("<?");
        if !is_tag {
            text.push('<');
            rest = &rest[1..];
            continue;
        }
        rest = after_tag(rest);
        if WITHOUT_TEXT.contains(&name.as_str()) {
            rest = after_element(rest, &name);
        } else if !INLINE.contains(&name.trim_start_matches('/')) {
            text.push('\n');
        }
    }
    text.push_str(rest);
    let text = decoded(&text);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<&str>>().join("\n")
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
    use super::html_text;

    #[test]
    fn a_page_is_its_text_without_tags_scripts_and_comments() {
        let page = "<!DOCTYPE html><html><head><style>p{}</style><script>var bí='<p>';</script></head>\
            <body><!-- ẩn --><h1 title='a>b'>Quy&#7873;n con ng&#x1B0;&#7901;i</h1>\
            <p>Tr&ecirc;n <b>2</b> &lt; 3 &amp; 5<br>Hết</p></body></html>";
        assert_eq!(html_text(page), "Quyền con người\nTrên 2 < 3 & 5\nHết");
    }
}
