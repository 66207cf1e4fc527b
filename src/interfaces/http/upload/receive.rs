//! Streams the body of a request into staging.

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::http::header::{self, ContentDisposition, HeaderMap, HeaderValue};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};

use super::description::Fields;
use super::digest;
use super::{Upload, UploadError};
use crate::app::Archive;
use crate::domain::Sha256;
use crate::interfaces::http::extract::pace::{Pace, PacedBody};
use crate::storage::blobs::{Announced, Incoming, Staged, Staging};

/// The largest total length of the text fields of a form, in bytes.
const MAX_FIELDS_BYTES: usize = 64 * 1024;
/// The most files of a form with several.
const MAX_FILES: usize = 50;
/// The most text fields.
const MAX_FIELDS: usize = 32;

/// Receives uploads within limits.
#[derive(Debug, Clone)]
pub struct Receiver {
    /// Where the bytes are staged.
    pub staging: Staging,
    /// The largest file, in bytes.
    pub limit: u64,
    /// The minimum pace.
    pub pace: Pace,
}

impl Receiver {
    /// Receives within the limits of the settings.
    pub fn of(archive: &Archive) -> Self {
        Self {
            staging: archive.staging.clone(),
            limit: archive.config.intake.max_file_bytes,
            pace: Pace::with_pause(archive.config.server.body_timeout()),
        }
    }

    /// Receives a raw body; `Content-Disposition` may name it.
    ///
    /// # Errors
    /// [`UploadError`].
    pub async fn raw<E>(
        &self,
        headers: &HeaderMap,
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Upload, UploadError> {
        refuse_coding(headers)?;
        let announced = Announced {
            length: content_length(headers)?,
            sha256: announced_digest(headers)?,
        };
        let incoming = self.staging.begin(announced, self.limit)?;
        Ok(Upload {
            staged: self
                .receive(incoming, body, |_| UploadError::Incomplete)
                .await?,
            declared_type: text(headers.get(header::CONTENT_TYPE)),
            name: sent_name(headers),
            fields: Fields::new(),
        })
    }

    /// Receives a form (RFC 7578) with one file and text fields that describe it, in any order.
    /// The headers of the part may contain the digest of the file.
    ///
    /// # Errors
    /// [`UploadError`].
    pub async fn form(
        &self,
        headers: &HeaderMap,
        body: impl Stream<Item = Result<Bytes, actix_web::error::PayloadError>> + 'static,
    ) -> Result<Upload, UploadError> {
        let (fields, mut files) = self.parts(headers, body, 1).await?;
        let file = files.pop().ok_or(UploadError::MalformedForm)?;
        Ok(Upload { fields, ..file })
    }

    /// Receives a form with any number of files, and its text fields.
    ///
    /// # Errors
    /// [`UploadError`].
    pub async fn files(
        &self,
        headers: &HeaderMap,
        body: impl Stream<Item = Result<Bytes, actix_web::error::PayloadError>> + 'static,
    ) -> Result<(Fields, Vec<Upload>), UploadError> {
        self.parts(headers, body, MAX_FILES).await
    }

    /// The text fields of a form before its first file; the rest is not read.
    ///
    /// # Errors
    /// [`UploadError`].
    pub async fn leading_fields(
        &self,
        headers: &HeaderMap,
        body: impl Stream<Item = Result<Bytes, actix_web::error::PayloadError>> + 'static,
    ) -> Result<Fields, UploadError> {
        refuse_coding(headers)?;
        let mut form = Multipart::new(headers, body);
        let mut fields = Fields::new();
        while let Some(field) = self.next_field(&mut form).await? {
            if field.content_disposition().is_some_and(names_file) {
                break;
            }
            let left = MAX_FIELDS_BYTES - total_bytes(&fields);
            fields.push(self.text_field(field, left).await?);
            if fields.len() > MAX_FIELDS {
                return Err(UploadError::MalformedForm);
            }
        }
        Ok(fields)
    }

    async fn parts(
        &self,
        headers: &HeaderMap,
        body: impl Stream<Item = Result<Bytes, actix_web::error::PayloadError>> + 'static,
        max_files: usize,
    ) -> Result<(Fields, Vec<Upload>), UploadError> {
        refuse_coding(headers)?;
        let mut form = Multipart::new(headers, body);
        let mut fields = Fields::new();
        let mut files = Vec::new();
        while let Some(field) = self.next_field(&mut form).await? {
            if field.content_disposition().is_some_and(names_file) {
                if files.len() == max_files {
                    return Err(UploadError::MalformedForm);
                }
                let is_chosen = field
                    .content_disposition()
                    .is_none_or(|sent| sent.get_filename() != Some(""));
                let received = self.file(field).await?;
                // A browser sends an empty part for a field in which no file was chosen.
                if is_chosen || received.staged.size > 0 {
                    files.push(received);
                }
            } else {
                let left = MAX_FIELDS_BYTES - total_bytes(&fields);
                fields.push(self.text_field(field, left).await?);
                if fields.len() > MAX_FIELDS {
                    return Err(UploadError::MalformedForm);
                }
            }
        }
        Ok((fields, files))
    }

    async fn next_field(&self, form: &mut Multipart) -> Result<Option<Field>, UploadError> {
        let next = tokio::time::timeout(self.pace.pause, form.next())
            .await
            .map_err(|_| UploadError::TooSlow)?;
        next.transpose().map_err(|error| form_error(&error))
    }

    async fn file(&self, field: Field) -> Result<Upload, UploadError> {
        let headers = field.headers();
        let announced = Announced {
            length: None,
            sha256: announced_digest(headers)?,
        };
        let declared_type = text(headers.get(header::CONTENT_TYPE));
        let name = sent_name(headers);
        let incoming = self.staging.begin(announced, self.limit)?;
        let staged = self
            .receive(incoming, field, |error| form_error(&error))
            .await?;
        Ok(Upload {
            staged,
            declared_type,
            name,
            fields: Fields::new(),
        })
    }

    async fn text_field(
        &self,
        mut field: Field,
        limit: usize,
    ) -> Result<(String, String), UploadError> {
        let name = field.name().unwrap_or_default().to_owned();
        let read = tokio::time::timeout(self.pace.grace, field.bytes(limit)).await;
        let bytes = read
            .map_err(|_| UploadError::TooSlow)?
            .map_err(|_| UploadError::MalformedForm)?
            .map_err(|error| form_error(&error))?;
        let text = String::from_utf8(bytes.into()).map_err(|_| UploadError::MalformedForm)?;
        Ok((name, text))
    }

    /// Streams a body into staging.
    async fn receive<E>(
        &self,
        mut incoming: Incoming,
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
        failed: impl Fn(E) -> UploadError,
    ) -> Result<Staged, UploadError> {
        let mut body = PacedBody::new(body, self.pace);
        loop {
            match body.next().await.map_err(|_| UploadError::TooSlow)? {
                None => return Ok(incoming.finish().await?),
                Some(Err(error)) => return Err(failed(error)),
                Some(Ok(bytes)) => incoming.write(&bytes).await?,
            }
        }
    }
}

fn total_bytes(fields: &[(String, String)]) -> usize {
    let lengths = fields.iter().map(|(name, value)| name.len() + value.len());
    lengths.sum::<usize>().min(MAX_FIELDS_BYTES)
}

fn names_file(disposition: &ContentDisposition) -> bool {
    disposition.get_name() == Some("file")
        || disposition.get_filename().is_some()
        || disposition.get_filename_ext().is_some()
}

fn refuse_coding(headers: &HeaderMap) -> Result<(), UploadError> {
    let mut codings = headers.get_all(header::CONTENT_ENCODING);
    if codings.all(|coding| coding == "identity") {
        Ok(())
    } else {
        Err(UploadError::ContentCoding)
    }
}

fn content_length(headers: &HeaderMap) -> Result<Option<u64>, UploadError> {
    let Some(length) = headers.get(header::CONTENT_LENGTH) else {
        return Ok(None);
    };
    let length = length.to_str().ok().and_then(|length| length.parse().ok());
    length
        .map(Some)
        .ok_or(UploadError::Parameter("Content-Length"))
}

fn announced_digest(headers: &HeaderMap) -> Result<Option<Sha256>, UploadError> {
    digest::announced(headers).map_err(|invalid| UploadError::Parameter(invalid.0))
}

/// The name in `Content-Disposition` (RFC 6266): the extended form if there is one.
fn sent_name(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_DISPOSITION)?;
    let disposition = ContentDisposition::from_raw(value).ok()?;
    let extended = disposition
        .get_filename_ext()
        .and_then(|name| String::from_utf8(name.value.clone()).ok());
    extended.or_else(|| disposition.get_filename().map(str::to_owned))
}

fn text(value: Option<&HeaderValue>) -> Option<String> {
    Some(value?.to_str().ok()?.to_owned())
}

fn form_error(error: &MultipartError) -> UploadError {
    match error {
        MultipartError::Incomplete | MultipartError::Payload(_) => UploadError::Incomplete,
        _ => UploadError::MalformedForm,
    }
}
