//! Problems as pages for browsers: the content of the problem document as minimal, accessible HTML.

use super::document::ProblemDocument;
pub(in crate::interfaces::http) use crate::interfaces::http::html::MEDIA_TYPE;
use crate::interfaces::http::html::Page;
use crate::interfaces::messages::Language;

/// The page of a problem. The strictest content security policy allows it.
pub fn page(document: &ProblemDocument, language: Language) -> String {
    let [home, more, request_id] = language.pick(
        ["Về trang đầu", "Tìm hiểu thêm về lỗi này", "Mã yêu cầu"],
        [
            "Back to the start page",
            "More about this problem",
            "Request id",
        ],
    );
    let mut page = Page::new(document.title, language);
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
    page.finish()
}
