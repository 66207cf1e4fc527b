//! `Change-Reason`: why a change is made.
//!
//! A header, because the body of a change is a patch or the bytes of a file, and addresses are logged. Header
//! values are ASCII for most clients, so other letters are percent-encoded UTF-8 (RFC 3986, section 2.1), as
//! `encodeURIComponent` writes them; plain UTF-8 is taken as well.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use percent_encoding::percent_decode;
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::domain::asset::limits;
use crate::domain::text;
use crate::interfaces::http::problem::Problem;

const NAME: &str = "Change-Reason";

/// Why a change is made, for those who read the revisions of the work: one line of at most 1,000
/// characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeReason(Option<String>);

impl ChangeReason {
    /// The reason, if one was sent.
    pub fn text(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl FromRequest for ChangeReason {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(value) = request.headers().get("change-reason") else {
            return ready(Ok(Self(None)));
        };
        let decoded = percent_decode(value.as_bytes()).decode_utf8().ok();
        let line = decoded.and_then(|raw| text::line(&raw, limits::LINE).ok());
        ready(
            line.map(|line| Self(Some(line)))
                .ok_or_else(|| Problem::parameter(NAME)),
        )
    }
}

impl IntoParams for ChangeReason {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = ObjectBuilder::new().schema_type(Type::String);
        let header = ParameterBuilder::new()
            .name(NAME)
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(
                "Why you make the change, for those who read the revisions of the work: one line of at \
                 most 1,000 characters, percent-encoded (`Sửa chú thích` is \
                 `S%E1%BB%ADa%20ch%C3%BA%20th%C3%ADch`).",
            ))
            .schema(Some(text));
        vec![header.build()]
    }
}

#[cfg(test)]
mod tests {
    use actix_web::FromRequest as _;
    use actix_web::test::TestRequest;

    use super::ChangeReason;

    fn read(value: &[u8]) -> Option<Option<String>> {
        let value = actix_web::http::header::HeaderValue::from_bytes(value).unwrap();
        let request = TestRequest::default().insert_header(("change-reason", value));
        let (request, mut payload) = request.to_http_parts();
        let read = ChangeReason::from_request(&request, &mut payload).into_inner();
        read.ok().map(|reason| reason.0)
    }

    #[test]
    fn a_reason_is_one_line_in_any_letters() {
        let expected = Some(Some("Sửa chú thích".to_owned()));
        assert_eq!(read(b"S%E1%BB%ADa%20ch%C3%BA%20th%C3%ADch"), expected);
        assert_eq!(read("Sửa chú thích".as_bytes()), expected);
        assert_eq!(read(b"100%"), Some(Some("100%".into())));
        for refused in [b"%FF".as_slice(), b"", b"%20", b"a%0Ab", &[b'a'; 1_001]] {
            assert_eq!(read(refused), None, "{refused:?}");
        }
    }
}
