//! The headers of single requests of tus 1.0.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpRequest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::interfaces::http::extract::query::path_part;
use crate::interfaces::http::problem::Problem;
use crate::services::uploads::{Checksum, UploadId};
use crate::storage::blobs::DigestAlgorithm;

/// The longest `Upload-Metadata`, in bytes.
const MAX_METADATA_BYTES: usize = 8 * 1024;

/// The part `id` of the path. Any other text is not found.
#[derive(Debug, Clone, Copy)]
pub struct UploadPath(pub UploadId);

/// `Upload-Offset`: where a part begins.
#[derive(Debug, Clone, Copy)]
pub struct UploadOffset(pub u64);

/// What is announced of a new upload.
#[derive(Debug)]
pub struct NewUploadHeaders {
    /// `Upload-Length`: the bytes of the file.
    pub length: u64,
    /// `Upload-Metadata` as sent.
    pub metadata: String,
}

/// What is announced of a part.
#[derive(Debug)]
pub struct PartHeaders {
    /// Whether there is a body.
    pub has_body: bool,
    /// Its length, if it is announced.
    pub length: Option<u64>,
    /// `Upload-Checksum`.
    pub checksum: Option<Checksum>,
}

impl FromRequest for UploadPath {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(path_part(request, "id").map(Self))
    }
}

impl FromRequest for UploadOffset {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let offset = number(request.headers(), "Upload-Offset");
        ready(offset.and_then(|offset| {
            let offset = offset.ok_or_else(|| Problem::parameter("Upload-Offset"))?;
            Ok(Self(offset))
        }))
    }
}

impl FromRequest for NewUploadHeaders {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let headers = request.headers();
        let read = || {
            // A length that is told later is an extension that is not offered.
            let length = number(headers, "Upload-Length")?;
            let length = length.ok_or_else(|| Problem::parameter("Upload-Length"))?;
            let metadata = single(headers, "Upload-Metadata")?.unwrap_or_default();
            if metadata.len() > MAX_METADATA_BYTES {
                return Err(Problem::parameter("Upload-Metadata"));
            }
            let metadata = metadata.to_owned();
            Ok(Self { length, metadata })
        };
        ready(read())
    }
}

impl FromRequest for PartHeaders {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let headers = request.headers();
        let read = || {
            let length = number(headers, "Content-Length")?;
            let is_chunked = headers.contains_key(header::TRANSFER_ENCODING);
            let checksum = single(headers, "Upload-Checksum")?.map(checksum);
            Ok(Self {
                has_body: is_chunked || length.is_some_and(|length| length > 0),
                length,
                checksum: checksum.transpose()?,
            })
        };
        ready(read())
    }
}

/// The algorithm and the digest in Base64, with a space between them.
fn checksum(text: &str) -> Result<Checksum, Problem> {
    let invalid = || Problem::parameter("Upload-Checksum");
    let (name, digest) = text.split_once(' ').ok_or_else(invalid)?;
    let (algorithm, length) = match name {
        "sha1" => (DigestAlgorithm::Sha1, 20),
        "sha256" => (DigestAlgorithm::Sha256, 32),
        _ => return Err(invalid()),
    };
    let digest = BASE64.decode(digest).map_err(|_| invalid())?;
    if digest.len() != length {
        return Err(invalid());
    }
    Ok(Checksum { algorithm, digest })
}

/// A number that is not negative, in decimal digits.
fn number(headers: &HeaderMap, name: &'static str) -> Result<Option<u64>, Problem> {
    let Some(text) = single(headers, name)? else {
        return Ok(None);
    };
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| is_plain);
    number.map(Some).ok_or_else(|| Problem::parameter(name))
}

/// A header that may be sent once.
fn single<'h>(headers: &'h HeaderMap, name: &'static str) -> Result<Option<&'h str>, Problem> {
    let mut values = headers.get_all(name);
    let Some(value) = values.next() else {
        return Ok(None);
    };
    match (values.next(), value.to_str()) {
        (None, Ok(text)) => Ok(Some(text)),
        _ => Err(Problem::parameter(name)),
    }
}

/// A header of a request, for the description.
pub(super) fn header_parameter(
    name: &str,
    description: &str,
    required: Required,
    schema: ObjectBuilder,
) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(required)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

fn bytes() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(0))
        .maximum(Some(i64::MAX))
}

impl IntoParams for UploadOffset {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description = "Where the body begins in the file: as many bytes as have arrived.";
        vec![header_parameter(
            "Upload-Offset",
            description,
            Required::True,
            bytes(),
        )]
    }
}

impl IntoParams for NewUploadHeaders {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = ObjectBuilder::new().schema_type(Type::String);
        let metadata = "Names with values in Base64, separated by commas: `filename`, `filetype`, and `role`, `title`, `alt` and \
             `language` as of a file that is attached.";
        vec![
            header_parameter(
                "Upload-Length",
                "Bytes of the file.",
                Required::True,
                bytes(),
            ),
            header_parameter("Upload-Metadata", metadata, Required::False, text),
        ]
    }
}

impl IntoParams for UploadPath {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let hexadecimal = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^[0-9a-f]{32}$"));
        let id = ParameterBuilder::new()
            .name("id")
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .description(Some("Id of the upload, the last part of its `Location`."))
            .schema(Some(hexadecimal));
        vec![id.build()]
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

    use super::{checksum, number};
    use crate::storage::blobs::DigestAlgorithm;

    fn headers(values: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            let name = HeaderName::from_static("upload-offset");
            headers.append(name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn offsets_are_plain_numbers_sent_once() {
        let read = |values: &[&'static str]| number(&headers(values), "Upload-Offset");
        assert_eq!(read(&[]).unwrap(), None);
        assert_eq!(read(&["0"]).unwrap(), Some(0));
        assert_eq!(read(&["18446744073709551615"]).unwrap(), Some(u64::MAX));
        for wrong in ["", "-1", "+1", "1.0", "0x1", " 1 0", "18446744073709551616"] {
            assert!(read(&[wrong]).is_err(), "{wrong:?}");
        }
        assert!(read(&["1", "1"]).is_err());
    }

    /// The example of the protocol, section "Checksum".
    #[test]
    fn checksums_name_an_algorithm_and_a_digest_of_its_length() {
        let read = checksum("sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=").unwrap();
        assert_eq!(read.algorithm, DigestAlgorithm::Sha1);
        assert_eq!(read.digest[..3], [0x2a, 0xae, 0x6c]);
        for wrong in [
            "",
            "sha1",
            "sha1 ",
            "sha1  Kq5sNclPz7QV2+lfQIuc6R7oRu0=",
            "SHA1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=",
            "sha256 Kq5sNclPz7QV2+lfQIuc6R7oRu0=",
            "md5 1B2M2Y8AsgTpgAmY7PhCfg==",
            "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0",
        ] {
            assert!(checksum(wrong).is_err(), "{wrong:?}");
        }
    }
}
