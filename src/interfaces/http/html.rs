//! HTML output: minimal, accessible pages that need no script, style or image.

use actix_web::HttpResponse;
use actix_web::http::header;

use crate::interfaces::http::no_store::NO_STORE;
use crate::interfaces::messages::Language;

/// The media type of pages.
pub(super) const MEDIA_TYPE: &str = "text/html; charset=utf-8";

/// What a page with a form may do: send it to the archive.
const FORM_POLICY: &str =
    "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// A page under construction.
pub(super) struct Page(String);

impl Page {
    /// A page with this title.
    pub(super) fn new(title: &str, language: Language) -> Self {
        let mut page = Self(String::new());
        page.raw("<!doctype html>\n<html lang=\"");
        page.raw(language.tag());
        page.raw("\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        page.element("title", &format!("{title} · Kho Chung"));
        page.raw("</head>\n<body>\n<main>\n");
        page.element("h1", title);
        page
    }

    /// Appends markup as it is; never with text of a request.
    pub(super) fn raw(&mut self, markup: &'static str) {
        self.0.push_str(markup);
    }

    /// Appends an element with this text.
    pub(super) fn element(&mut self, name: &'static str, text: &str) {
        self.0.push_str(&format!("<{name}>"));
        escape(text, &mut self.0);
        self.0.push_str(&format!("</{name}>\n"));
    }

    /// Appends an entry of a list that is a link.
    pub(super) fn link(&mut self, address: &str, text: &str) {
        self.raw("<li><a href=\"");
        escape(address, &mut self.0);
        self.raw("\">");
        escape(text, &mut self.0);
        self.raw("</a></li>\n");
    }

    /// Appends the button that sends a form.
    pub(super) fn button(&mut self, text: &str) {
        self.raw("<p><button>");
        escape(text, &mut self.0);
        self.raw("</button></p>\n");
    }

    /// The whole page.
    pub(super) fn finish(mut self) -> String {
        self.raw("</main>\n</body>\n</html>\n");
        self.0
    }
}

/// The response with a page that has a form, or follows one: kept nowhere, as its address has a secret.
pub(super) fn form_response(page: Page, language: Language) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(NO_STORE)
        .insert_header((header::CONTENT_SECURITY_POLICY, FORM_POLICY))
        .insert_header((header::CONTENT_LANGUAGE, language.tag()))
        .content_type(MEDIA_TYPE)
        .body(page.finish())
}

/// Appends a text to HTML, with the characters escaped that have a meaning in elements and attributes.
pub fn escape(text: &str, html: &mut String) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
}
