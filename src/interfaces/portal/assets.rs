//! Stylesheet and script: embedded in the binary, under names that change with their content, so that browsers keep
//! them for a year.

use std::borrow::Cow;
use std::io::Write as _;
use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;

use super::href::Href;
use crate::domain::hex;
use crate::interfaces::http::problem::Problem;

#[derive(RustEmbed)]
#[folder = "web/assets"]
struct Embedded;

/// An embedded file as it is served.
struct Asset {
    /// `portal.css`
    name: String,
    /// `portal.0123456789abcdef.css`
    hashed_name: String,
    media_type: &'static str,
    bytes: Cow<'static, [u8]>,
    gzipped: Vec<u8>,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    Embedded::iter()
        .filter_map(|name| Asset::read(&name))
        .collect()
});

/// Where the files are.
pub const PATTERN: &str = "/static/{name}";

/// The address of an embedded file by its plain name.
pub fn href(name: &str) -> Href {
    let asset = ASSETS.iter().find(|asset| asset.name == name);
    let hashed = asset.map_or(name, |asset| &asset.hashed_name);
    Href::own(format!("/static/{hashed}"))
}

/// Serves an embedded file.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn serve(request: HttpRequest, name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let mut assets = ASSETS.iter();
    let asset = assets.find(|asset| asset.hashed_name == *name);
    let asset = asset.ok_or(Problem::NotFound)?;
    let accepted = request.headers().get(header::ACCEPT_ENCODING);
    let takes_gzip = accepted
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("gzip"));
    let mut response = HttpResponse::Ok();
    response
        .content_type(asset.media_type)
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::VARY, "Accept-Encoding"));
    if takes_gzip {
        response.insert_header((header::CONTENT_ENCODING, "gzip"));
        return Ok(response.body(asset.gzipped.clone()));
    }
    Ok(response.body(asset.bytes.to_vec()))
}

impl Asset {
    fn read(name: &str) -> Option<Self> {
        let file = Embedded::get(name)?;
        let plain_name = name.rsplit('/').next()?;
        let (stem, extension) = plain_name.rsplit_once('.')?;
        let hash = hex(&file.metadata.sha256_hash()[..8]);
        Some(Self {
            name: plain_name.to_owned(),
            hashed_name: format!("{stem}.{hash}.{extension}"),
            media_type: match extension {
                "css" => "text/css; charset=utf-8",
                "js" => "text/javascript; charset=utf-8",
                "svg" => "image/svg+xml",
                _ => return None,
            },
            gzipped: gzip(&file.data)?,
            bytes: file.data,
        })
    }
}

fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}
