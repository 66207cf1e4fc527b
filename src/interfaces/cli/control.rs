//! How a command finds the archive that runs on a data folder.
//!
//! The server writes `run/control.json`: its loopback address and a secret that lives as long as
//! the process. Whoever may read the data folder may administer the archive, and nobody else can
//! read the file.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Address and secret of a running archive.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Control {
    /// Where it answers on this machine.
    pub(crate) address: SocketAddr,
    /// The bearer token that lets the operator in.
    pub(crate) secret: String,
}

fn place(data: &Path) -> PathBuf {
    data.join("run").join("control.json")
}

/// Reads the file; none when there is none that can be read.
pub(crate) fn read(data: &Path) -> Option<Control> {
    let text = std::fs::read(place(data)).ok()?;
    serde_json::from_slice(&text).ok()
}

/// The written file; removed when dropped.
#[derive(Debug)]
pub(crate) struct Written(PathBuf);

/// Writes the file, readable by its owner only.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write(data: &Path, control: &Control) -> std::io::Result<Written> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    let path = place(data);
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data.join("run"))?;
    let unfinished = path.with_extension("new");
    // What a killed process left may have other permissions.
    drop(std::fs::remove_file(&unfinished));
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&unfinished)?;
    file.write_all(&serde_json::to_vec(control)?)?;
    std::fs::rename(&unfinished, &path)?;
    Ok(Written(path))
}

impl Drop for Written {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}
