//! JSON bodies: with the right media type, within the size limit, in time, and well-formed.

use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use bytes::BytesMut;
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde_json::Value;

use crate::config::Config;
use crate::interfaces::http::problem::Problem;

/// A family of JSON media types.
pub trait MediaType: 'static {
    /// The media type, without parameters.
    const NAME: &'static str;
}

/// `application/json` (RFC 8259).
#[derive(Debug)]
pub struct Json;

/// `application/merge-patch+json` (RFC 7396).
#[derive(Debug)]
pub struct MergePatch;

impl MediaType for Json {
    const NAME: &'static str = "application/json";
}

impl MediaType for MergePatch {
    const NAME: &'static str = "application/merge-patch+json";
}

/// A JSON body.
#[derive(Debug)]
pub struct JsonBody<M> {
    /// The parsed JSON.
    pub value: Value,
    /// The bytes as sent, to recognise a repeated request.
    pub bytes: web::Bytes,
    kind: PhantomData<M>,
}

impl<M: MediaType> FromRequest for JsonBody<M> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            expect_media_type(&request, M::NAME)?;
            let config = config_of(&request)?;
            let bytes = read_body(&request, payload, &config).await?;
            let value = serde_json::from_slice(without_byte_order_mark(&bytes))
                .map_err(|error| malformed(&error))?;
            Ok(Self {
                value,
                bytes,
                kind: PhantomData,
            })
        })
    }
}

/// The configuration the server was started with.
///
/// # Errors
/// A server without a configuration, which is an internal error.
pub fn config_of(request: &HttpRequest) -> Result<web::Data<Config>, Problem> {
    request
        .app_data::<web::Data<Config>>()
        .cloned()
        .ok_or_else(|| Problem::internal("the server was started without its configuration"))
}

/// Refuses a body of another media type, or with a content coding (RFC 9110, section 8.4).
///
/// # Errors
/// [`Problem::UnsupportedMediaType`] with the accepted type.
pub fn expect_media_type(request: &HttpRequest, expected: &str) -> Result<(), Problem> {
    let mut codings = request.headers().get_all(header::CONTENT_ENCODING);
    let is_coded = codings.any(|coding| coding != "identity");
    if !is_coded && request.content_type().eq_ignore_ascii_case(expected) {
        return Ok(());
    }
    Err(Problem::UnsupportedMediaType {
        accepted: vec![expected.to_owned()],
    })
}

/// The bytes after a byte order mark, which some editors write (RFC 8259, section 8.1: may be ignored).
pub fn without_byte_order_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// The problem of a syntax error, with its position.
pub fn malformed(error: &serde_json::Error) -> Problem {
    Problem::MalformedJson {
        line: error.line(),
        column: error.column(),
    }
}

async fn read_body(
    request: &HttpRequest,
    mut payload: Payload,
    config: &Config,
) -> Result<web::Bytes, Problem> {
    let limit = config.server.max_json_bytes;
    let too_large = || Problem::TooLarge { limit_bytes: limit };
    let content_length = request.headers().get(header::CONTENT_LENGTH);
    let announced = content_length.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let mut body = BytesMut::new();
    loop {
        let piece = tokio::time::timeout(config.server.body_timeout(), payload.next())
            .await
            .map_err(|_| Problem::Timeout)?;
        match piece {
            None => return Ok(body.freeze()),
            Some(Err(_)) => return Err(Problem::IncompleteBody),
            Some(Ok(bytes)) if body.len() as u64 + bytes.len() as u64 > limit => {
                return Err(too_large());
            }
            Some(Ok(bytes)) => body.extend_from_slice(&bytes),
        }
    }
}
