//! Folders on the machine of the archive in which bodies drop files, by a scanner or a network share.
//!
//! What has settled is taken: size and time stayed the same for a while ([`settled`]). A table is imported with the files that it
//! names, any other file becomes a draft with the defaults of its folder ([`taking`]), through the imports of tables like everything else.
//! Then it is moved to `done` or, with a text that says why, to `failed`. A file that is taken again after a kill finds its work by its hash.

mod moving;
mod settings;
mod settled;
mod taking;

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::app::Archive;
use crate::storage::blocking;
use crate::telemetry::error_chain;
pub use settings::{DropFolder, DropFoldersError, read};
use settled::Settling;

/// How often folders are looked at.
const INTERVAL: Duration = Duration::from_secs(2);

/// Watches the folders until it is dropped.
pub async fn watch(archive: Archive, folders: Vec<DropFolder>) {
    let patience = Duration::from_secs(archive.config.drop_folders.settle_seconds.into());
    let mut watched: Vec<(DropFolder, Settling)> = folders
        .into_iter()
        .map(|folder| (folder, Settling::new(patience)))
        .collect();
    if watched.is_empty() {
        return;
    }
    loop {
        for (folder, settling) in &mut watched {
            let path = folder.path.clone();
            let listed = match blocking(move || settled::list(&path)).await {
                Ok(listed) => listed,
                Err(error) => {
                    tracing::warn!(folder = %folder.path.display(), %error, "a drop folder cannot be read");
                    continue;
                }
            };
            let ready = settling.look(listed, Instant::now());
            if let Err(error) = taking::take(&archive, folder, ready).await {
                tracing::warn!(
                    folder = %folder.path.display(),
                    error = error_chain(&error),
                    "files of a drop folder could not be taken; they stay and are tried again"
                );
            }
        }
        sleep(INTERVAL).await;
    }
}
