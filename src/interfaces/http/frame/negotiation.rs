//! Whether a failure is written for a program or for a browser (RFC 9110, section 12.5.1).

use actix_web::HttpMessage;
use actix_web::http::header::{Accept, Header as _, Quality};

use crate::interfaces::http::problem::{document, html};

/// The forms of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ProblemForm {
    /// A problem document.
    Json,
    /// A page.
    Html,
}

impl ProblemForm {
    /// A page only for callers that name `text/html` and prefer no other type to it, as browsers do when
    /// they open an address; a JSON type of the same quality wins. Everybody else, also with `*/*`, gets
    /// the problem document.
    pub(super) fn accepted_by(request: &impl HttpMessage) -> Self {
        let Ok(Accept(accepted)) = Accept::parse(request) else {
            return Self::Json;
        };
        let quality_of = |is_wanted: fn(&mime::Mime) -> bool| -> Option<Quality> {
            let wanted = accepted.iter().filter(|range| is_wanted(&range.item));
            wanted.map(|range| range.quality).max()
        };
        let is_html = |range: &mime::Mime| range.essence_str() == "text/html";
        let is_json = |range: &mime::Mime| {
            range.subtype() == mime::JSON || range.suffix() == Some(mime::JSON)
        };
        let (html, json) = (quality_of(is_html), quality_of(is_json));
        let is_preferred =
            html > Some(Quality::ZERO) && html >= quality_of(|_| true) && html > json;
        if is_preferred { Self::Html } else { Self::Json }
    }

    /// The media type of the body.
    pub(super) const fn media_type(self) -> &'static str {
        match self {
            Self::Json => document::MEDIA_TYPE,
            Self::Html => html::MEDIA_TYPE,
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::ProblemForm;

    #[test]
    fn browsers_get_pages_and_programs_problem_documents() {
        for (accept, expected) in [
            ("", ProblemForm::Json),
            ("*/*", ProblemForm::Json),
            ("application/json", ProblemForm::Json),
            ("application/problem+json, text/html", ProblemForm::Json),
            ("text/html;q=0.5, application/atom+xml", ProblemForm::Json),
            ("text/html;q=0", ProblemForm::Json),
            ("image/avif,image/webp,*/*;q=0.8", ProblemForm::Json),
            ("text/html", ProblemForm::Html),
            ("text/html, application/json;q=0.9", ProblemForm::Html),
            // Firefox 128 and Chrome 126 opening an address.
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8",
                ProblemForm::Html,
            ),
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                ProblemForm::Html,
            ),
        ] {
            let request = TestRequest::default().insert_header(("accept", accept));
            let form = ProblemForm::accepted_by(&request.to_http_request());
            assert_eq!(form, expected, "{accept}");
        }
    }
}
