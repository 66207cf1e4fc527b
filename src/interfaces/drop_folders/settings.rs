//! Reads the file with the drop folders.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::domain::vocabulary::Vocabularies;
use crate::interfaces::tables::Columns;

/// A folder of a body.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropFolder {
    /// Where it is.
    pub path: PathBuf,
    /// The body that its works belong to.
    pub organisation: String,
    /// Cells of the columns that a file or table does not have, by the name of the column.
    #[serde(default)]
    pub defaults: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Folders {
    #[serde(default)]
    folder: Vec<DropFolder>,
}

/// Why drop folders cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DropFoldersError {
    /// The file cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// The file is no TOML of this form.
    #[error("{} has another form: {why}", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A body or column of a folder does not exist, or the folder is none.
    #[error("the drop folder {}: {why}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
}

/// The folders that a file names; none without a file.
///
/// # Errors
/// [`DropFoldersError`].
pub fn read(file: &Path, vocabularies: &Vocabularies) -> Result<Vec<DropFolder>, DropFoldersError> {
    if file.as_os_str().is_empty() {
        return Ok(Vec::new());
    }
    let path = || file.to_owned();
    let text = std::fs::read_to_string(file);
    let text = text.map_err(|error| DropFoldersError::Unreadable {
        path: path(),
        error,
    })?;
    let folders: Folders = toml::from_str(&text).map_err(|error| DropFoldersError::Form {
        path: path(),
        why: error.to_string(),
    })?;
    for folder in &folders.folder {
        let wrong = |why: String| DropFoldersError::Folder {
            path: folder.path.clone(),
            why,
        };
        if !folder.path.is_dir() {
            return Err(wrong("there is no such folder".to_owned()));
        }
        let body = &folder.organisation;
        if vocabularies.find("organisation", body).is_none() {
            return Err(wrong(format!("there is no body `{body}`")));
        }
        let names: Vec<String> = folder.defaults.keys().cloned().collect();
        let unknown = Columns::of(&names).unknown(&names).join(", ");
        if !unknown.is_empty() {
            return Err(wrong(format!("unknown columns: {unknown}")));
        }
    }
    Ok(folders.folder)
}
