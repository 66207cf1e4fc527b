//! The text of text files and web pages, in any encoding.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::error::TextError;
use super::html;
use crate::services::media::text::builder::{MAX_TEXT_BYTES, TextBuilder};
use crate::services::media::text::encoding::{self, Encoding};

/// Bytes that are read of a text: UTF-16 and markup take more than the text itself.
const MAX_BYTES: u64 = 4 * MAX_TEXT_BYTES as u64;

/// Reads a text file. Blocks.
///
/// # Errors
/// [`TextError::Io`].
pub(super) fn read(path: &Path, charset: Option<&str>) -> Result<String, TextError> {
    let mut builder = TextBuilder::default();
    builder.push_lines(&decoded(path, charset)?);
    Ok(builder.finish())
}

/// Reads a web page. Blocks.
///
/// # Errors
/// [`TextError::Io`].
pub(super) fn read_html(path: &Path, charset: Option<&str>) -> Result<String, TextError> {
    let mut builder = TextBuilder::default();
    builder.push_lines(&html::readable_text(&decoded(path, charset)?));
    Ok(builder.finish())
}

fn decoded(path: &Path, charset: Option<&str>) -> Result<String, TextError> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES).read_to_end(&mut bytes)?;
    let encoding = charset.and_then(Encoding::from_charset);
    Ok(encoding::decode(&bytes, encoding.unwrap_or(Encoding::Utf8)))
}
