//! JSON bodies: with the right media type, within the size limit, in time, and well-formed.

use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use bytes::BytesMut;
use futures_util::future::LocalBoxFuture;
use serde_json::Value;

use super::pace::{Pace, PacedBody, TooSlow};
use crate::config::Config;
use crate::interfaces::http::problem::Problem;
use crate::storage::blocking;

/// A family of JSON media types.
pub trait MediaType: 'static {
    /// The media type, without parameters.
    const NAME: &'static str;
    /// The largest body, in bytes, where that is less than `server.max_json_bytes`.
    const MAX_BYTES: u64 = u64::MAX;
}

/// `application/json` (RFC 8259).
#[derive(Debug)]
pub struct Json;

/// `application/json` of a form, not of a work with its text.
#[derive(Debug)]
pub struct SmallJson;

/// `application/merge-patch+json` (RFC 7396).
#[derive(Debug)]
pub struct MergePatch;

impl MediaType for Json {
    const NAME: &'static str = "application/json";
}

impl MediaType for SmallJson {
    const NAME: &'static str = Json::NAME;
    const MAX_BYTES: u64 = 512 * 1024;
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
            let limit = config.server.max_json_bytes.min(M::MAX_BYTES);
            let bytes = read_body(&request, payload, &config, limit).await?;
            let value = parse(bytes.clone()).await?;
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

/// Bodies up to this length, in bytes, are worked on where they arrive: it takes less than a millisecond.
pub const MAX_INLINE_BYTES: usize = 32 * 1024;

/// Runs work that takes time in proportion to a body of this length: on the blocking pool when the body
/// is long, so that other connections of the HTTP thread do not wait.
pub async fn in_proportion<T: Send + 'static>(
    length: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    if length <= MAX_INLINE_BYTES {
        work()
    } else {
        blocking(work).await
    }
}

async fn parse(bytes: web::Bytes) -> Result<Value, Problem> {
    let length = bytes.len();
    let parse = move || {
        serde_json::from_slice(without_byte_order_mark(&bytes)).map_err(|error| malformed(&error))
    };
    in_proportion(length, parse).await
}

/// The bytes of a body within a limit, in time.
///
/// # Errors
/// [`Problem::TooLarge`], [`Problem::Timeout`], [`Problem::IncompleteBody`].
pub async fn read_body(
    request: &HttpRequest,
    payload: Payload,
    config: &Config,
    limit: u64,
) -> Result<web::Bytes, Problem> {
    let too_large = || Problem::TooLarge { limit_bytes: limit };
    let content_length = request.headers().get(header::CONTENT_LENGTH);
    let announced = content_length.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let pace = Pace::with_pause(config.server.body_timeout());
    let mut payload = PacedBody::new(payload, pace);
    let mut body = BytesMut::new();
    loop {
        match payload.next().await.map_err(|TooSlow| Problem::Timeout)? {
            None => return Ok(body.freeze()),
            Some(Err(_)) => return Err(Problem::IncompleteBody),
            Some(Ok(bytes)) if body.len() as u64 + bytes.len() as u64 > limit => {
                return Err(too_large());
            }
            Some(Ok(bytes)) => body.extend_from_slice(&bytes),
        }
    }
}
