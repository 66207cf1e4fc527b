//! Answers that are feeds: the document with its validators, and who may keep it.

use std::time::{Duration, SystemTime};

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};

use super::BaseAddress;
use super::delivery::conditions::{Condition, Validators, evaluate, to_second};
use super::page::address;
use super::problem::Problem;
use super::search::question::Asked;
use crate::domain::Timestamp;
use crate::services::delivery::Cacheability;
use crate::services::search::Cursor;
use crate::services::sharing::{Channel, FeedId, Feeds, Page};
use crate::storage::blobs::Hasher;

/// The media type of feeds.
pub const MEDIA_TYPE: &str = "application/atom+xml; charset=utf-8";

/// A feed at its address.
#[derive(Debug)]
pub struct Source<'a> {
    /// Its id, for ever.
    pub id: FeedId,
    /// What it is called.
    pub title: String,
    /// When it was last changed as long as nothing is in it.
    pub began: Timestamp,
    /// Its path, without the query.
    pub path: String,
    /// The parameters in its address, without the cursor.
    pub query: Vec<(&'a str, String)>,
    /// Who may keep a copy.
    pub cacheability: Cacheability,
}

/// Answers with one page of a feed, or with 304 to those who have it.
///
/// # Errors
/// [`Problem::StaleRevision`] when `If-Match` asks for another state.
pub fn answer(
    request: &HttpRequest,
    feeds: &Feeds,
    source: &Source<'_>,
    asked: &Asked,
    page: &Page,
    base: &BaseAddress,
) -> Result<HttpResponse, Problem> {
    let channel = source.channel(asked, page, base);
    let document = feeds
        .atom(&channel, page, base.as_str())
        .map_err(Problem::internal)?;
    let validators = Validators {
        etag: etag(&document),
        last_modified: to_system(page.moved_at),
    };
    let condition = evaluate(request.headers(), &validators);
    let mut answer = match condition {
        Condition::Failed => return Err(Problem::StaleRevision { current: None }),
        Condition::NotModified => HttpResponse::NotModified(),
        Condition::Met => HttpResponse::Ok(),
    };
    let modified = httpdate::fmt_http_date(to_system(page.told_at));
    answer
        // Weak, because the bytes on the wire may be compressed (RFC 9110, section 8.8.1).
        .insert_header((header::ETAG, format!("W/{}", validators.etag)))
        .insert_header((header::LAST_MODIFIED, modified))
        .insert_header((header::CACHE_CONTROL, source.who_may_keep_it()))
        .append_header((header::VARY, "Authorization, Accept-Language"));
    if condition == Condition::NotModified {
        return Ok(answer.finish());
    }
    if let Some(next) = &channel.next_page {
        answer.append_header((header::LINK, format!("<{next}>; rel=\"next\"")));
    }
    Ok(answer
        .insert_header((header::CONTENT_LANGUAGE, channel.language))
        .content_type(MEDIA_TYPE)
        .body(document))
}

impl Source<'_> {
    /// A withdrawn work has to leave at once, so every copy is to be asked about every time.
    const fn who_may_keep_it(&self) -> &'static str {
        match self.cacheability {
            Cacheability::Public => "public, no-cache",
            Cacheability::Private => "private, no-cache",
        }
    }

    fn channel(&self, asked: &Asked, page: &Page, base: &BaseAddress) -> Channel {
        let first_page = address(base, &self.path, &self.query);
        let behind = |cursor: &Cursor| {
            let mut query = self.query.clone();
            query.push(("after", cursor.to_text()));
            address(base, &self.path, &query)
        };
        let after = asked.request.after.as_ref();
        Channel {
            id: self.id,
            title: self.title.clone(),
            language: asked.request.language.clone(),
            began: self.began,
            this_page: after.map_or_else(|| first_page.clone(), behind),
            next_page: page.next.as_ref().map(behind),
            first_page,
            results: address(base, "/api/v1/search", &asked.from_the_start()),
        }
    }
}

fn etag(document: &[u8]) -> String {
    let mut hasher = Hasher::new();
    hasher.update(document);
    let digest = hasher.finish().to_hex();
    format!("\"{}\"", &digest[..32])
}

fn to_system(moment: Timestamp) -> SystemTime {
    let millis = u64::try_from(moment.as_millis()).unwrap_or(0);
    to_second(SystemTime::UNIX_EPOCH + Duration::from_millis(millis))
}
