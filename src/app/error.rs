//! Why a data folder could not be opened.

use std::io;
use std::path::PathBuf;

use super::oidc::ProvidersError;
use crate::services::access_requests::CalendarError;
use crate::services::mail::MailError;
use crate::services::media::broadcast_copy::ProfileError;
use crate::services::search::SearchError;
use crate::storage::blobs::BlobError;
use crate::storage::catalog::CatalogError;
use crate::storage::vocabulary::FaultyVocabularies;

/// Why a data folder could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error("the data folder is in use by another process")]
    InUse,
    /// A restore into the folder was begun and not finished.
    #[error("a restore into this folder was not finished: repeat `khochung restore`")]
    Unrestored,
    /// The vocabularies are invalid.
    #[error("the vocabularies are invalid")]
    Vocabularies(#[source] FaultyVocabularies),
    /// The catalogue cannot be opened.
    #[error("the catalogue cannot be opened")]
    Catalog(#[source] CatalogError),
    /// The blob store cannot be opened.
    #[error("the blob store cannot be opened")]
    Blobs(#[source] BlobError),
    /// The keys of accounts cannot be read or written.
    #[error("the keys of accounts cannot be read or written")]
    Keys(#[source] io::Error),
    /// The settings of mail cannot be used.
    #[error("the settings of mail cannot be used")]
    Mail(#[source] MailError),
    /// The providers of sign-ins cannot be used.
    #[error("the providers of sign-ins cannot be used (oidc.providers)")]
    Providers(#[source] ProvidersError),
    /// A calendar of holidays is not valid.
    #[error("the calendar of holidays is not valid")]
    Calendar(#[source] CalendarError),
    /// The file with holidays cannot be read.
    #[error("the file with holidays {} cannot be read", .0.display())]
    Holidays(PathBuf, #[source] io::Error),
    /// The profiles of copies for stations are not valid.
    #[error("the profiles of copies for stations are not valid (media.broadcast_profiles)")]
    Profiles(#[source] ProfileError),
    /// The file with profiles cannot be read.
    #[error("the file with profiles {} cannot be read", .0.display())]
    ProfilesFile(PathBuf, #[source] io::Error),
    /// The search index cannot be opened.
    #[error("the search index cannot be opened")]
    Search(#[source] SearchError),
    /// The folder cannot be created or read.
    #[error("the data folder cannot be created or read")]
    Folder(#[source] io::Error),
}
