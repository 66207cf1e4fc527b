//! JSON bodies: the right media type, within the limit, in time, and really JSON.

use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use bytes::BytesMut;
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde_json::Value;

use super::problem::Problem;
use crate::config::Config;

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

/// A JSON body, read whole.
#[derive(Debug)]
pub struct Document<M> {
    /// What it says.
    pub value: Value,
    /// The bytes as sent, to recognise a repeated request by.
    pub bytes: web::Bytes,
    kind: PhantomData<M>,
}

impl<M: MediaType> FromRequest for Document<M> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            expect_media_type(&request, M::NAME)?;
            let config = config_of(&request)?;
            let bytes = read_whole(&request, payload, &config).await?;
            let value = serde_json::from_slice(&bytes).map_err(|error| malformed(&error))?;
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
/// A server put together without one, which is a fault of ours.
pub fn config_of(request: &HttpRequest) -> Result<web::Data<Config>, Problem> {
    request
        .app_data::<web::Data<Config>>()
        .cloned()
        .ok_or_else(|| Problem::internal("the server was started without its configuration"))
}

/// Refuses a body that says it is something else.
///
/// # Errors
/// [`Problem::UnsupportedMediaType`] with what would be right.
pub fn expect_media_type(request: &HttpRequest, wanted: &str) -> Result<(), Problem> {
    if request.content_type().eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    Err(Problem::UnsupportedMediaType {
        accepted: vec![wanted.to_owned()],
    })
}

/// Where JSON ceased to be JSON.
pub fn malformed(error: &serde_json::Error) -> Problem {
    Problem::MalformedJson {
        line: error.line(),
        column: error.column(),
    }
}

async fn read_whole(
    request: &HttpRequest,
    mut payload: Payload,
    config: &Config,
) -> Result<web::Bytes, Problem> {
    let limit = config.server.max_json_bytes;
    let too_large = || Problem::TooLarge { limit_bytes: limit };
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
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
