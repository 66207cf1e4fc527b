//! Problems as pages for browsers: the content of the problem document as minimal, accessible HTML.

use super::document::ProblemDocument;
use crate::interfaces::http::html::escape;
use crate::interfaces::messages::Language;

/// The media type of the pages.
pub const MEDIA_TYPE: &str = "text/html; charset=utf-8";

/// The page of a problem. It needs no script, style or image, so the strictest content security policy
/// allows it.
pub fn page(document: &ProblemDocument, language: Language) -> String {
    let [home, more, request_id] = language.pick(
        ["Về trang đầu", "Tìm hiểu thêm về lỗi này", "Mã yêu cầu"],
        [
            "Back to the start page",
            "More about this problem",
            "Request id",
        ],
    );
    let mut page = Page::default();
    page.raw("<!doctype html>\n<html lang=\"");
    page.raw(language.tag());
    page.raw("\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.element("title", &format!("{} · Kho Chung", document.title));
    page.raw("</head>\n<body>\n<main>\n");
    page.element("h1", document.title);
    page.element("p", &document.detail);
    if !document.errors.is_empty() {
        page.raw("<ul>\n");
        for error in &document.errors {
            page.element("li", &format!("{}: {}", error.pointer, error.detail));
        }
        page.raw("</ul>\n");
    }
    page.raw("<ul>\n");
    page.link(&document.r#type, more);
    page.link("/", home);
    page.raw("</ul>\n");
    page.element(
        "p",
        &format!(
            "HTTP {} · {request_id}: {}",
            document.status, document.request_id
        ),
    );
    page.raw("</main>\n</body>\n</html>\n");
    page.0
}

/// HTML under construction.
#[derive(Default)]
struct Page(String);

impl Page {
    /// Appends markup as it is; never with text of a request.
    fn raw(&mut self, markup: &'static str) {
        self.0.push_str(markup);
    }

    fn element(&mut self, name: &'static str, text: &str) {
        self.0.push_str(&format!("<{name}>"));
        escape(text, &mut self.0);
        self.0.push_str(&format!("</{name}>\n"));
    }

    /// Appends an entry of a list that is a link.
    fn link(&mut self, address: &str, text: &str) {
        self.raw("<li><a href=\"");
        escape(address, &mut self.0);
        self.raw("\">");
        escape(text, &mut self.0);
        self.raw("</a></li>\n");
    }
}
