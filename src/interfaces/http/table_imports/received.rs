//! Reads tables that were received, and keeps received files as uploads.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use tokio::io::AsyncReadExt as _;

use crate::app::Archive;
use crate::domain::Rule;
use crate::domain::access::Actor;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::uploads::metadata::Metadata;
use crate::interfaces::tables::{Columns, Reader};
use crate::services::table_imports::{NewTable, TableImportState, read_table};
use crate::services::uploads::{NewUpload, UploadId};
use crate::services::works::ChangeError;
use crate::storage::blobs::{BlobError, Staged};
use crate::storage::blocking;

/// Bytes that are passed on at once.
const PIECE: usize = 256 * 1024;

/// What comes with a table.
#[derive(Debug, Default)]
pub struct Named {
    /// The name of the table.
    pub name: String,
    /// Uploads that are archives.
    pub archives: Vec<UploadId>,
    /// Uploads that are files by themselves.
    pub files: Vec<UploadId>,
}

/// The ids of uploads in a list.
///
/// # Errors
/// [`Problem::InvalidParameter`].
pub(super) fn ids<'a>(
    list: impl Iterator<Item = &'a str>,
    parameter: &str,
) -> Result<Vec<UploadId>, Problem> {
    list.map(|id| id.parse().map_err(|_| Problem::parameter(parameter)))
        .collect()
}

/// Reads a table and checks its rows.
///
/// # Errors
/// [`Problem::Invalid`] for a table that cannot be read; those of the check.
pub async fn check(
    actor: &Actor,
    table: &Staged,
    named: Named,
    archive: &Archive,
) -> Result<TableImportState, Problem> {
    let (path, vocabularies) = (table.path.clone(), archive.vocabularies.clone());
    let read = move || {
        let table = read_table(&path)?;
        let (header, columns) = (table.header.clone(), Columns::of(&table.header));
        if columns.is_empty() {
            return Err(Problem::from(ChangeError::invalid("", Rule::EmptyTable)));
        }
        let rows = Reader::new(columns, &vocabularies).read(table);
        Ok((header, rows))
    };
    let (header, rows) = blocking(read).await?;
    let mut uploads = Vec::with_capacity(named.files.len());
    for id in named.files {
        let state = archive.uploads.resume(actor, id).await?;
        let name = Metadata::parse(&state.metadata)?.name;
        uploads.push((id, name.unwrap_or_default()));
    }
    let table = NewTable {
        name: named.name.chars().take(200).collect(),
        header,
        rows,
        archives: named.archives,
        uploads,
    };
    Ok(archive.table_imports.check(actor, table).await?)
}

/// Keeps a received file as a finished upload of the actor.
///
/// # Errors
/// Those of an upload.
pub async fn keep(
    actor: &Actor,
    received: &Staged,
    name: &str,
    archive: &Archive,
) -> Result<UploadId, Problem> {
    keep_file(actor, &received.path, name, archive).await
}

/// Copies a file of this machine into a finished upload of the actor.
///
/// # Errors
/// Those of an upload; the file cannot be read.
pub async fn keep_file(
    actor: &Actor,
    path: &Path,
    name: &str,
    archive: &Archive,
) -> Result<UploadId, Problem> {
    let failed = |error| Problem::from(BlobError::Io(error));
    let mut file = tokio::fs::File::open(path).await.map_err(failed)?;
    let length = file.metadata().await.map_err(failed)?.len();
    let new = NewUpload {
        length,
        metadata: format!("filename {}", BASE64.encode(name)),
        key: None,
    };
    let uploads = &archive.uploads;
    let (upload, _) = uploads.create(actor, new).await?;
    if length == 0 {
        return Ok(upload.id);
    }
    let begin = (0, Some(length));
    let (mut receiving, _) = uploads.append(actor, upload.id, begin, None).await?;
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece).await.map_err(failed)? {
            0 => break,
            length => receiving.write(&piece[..length]).await?,
        }
    }
    receiving.finish().await?;
    Ok(upload.id)
}
