//! Whether files can be linked from folder to folder, tried out when the store is opened.
//!
//! Comparing device numbers is not enough: bind mounts and subvolumes of one file system refuse
//! links between them, and some file systems have no hard links at all.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::BlobError;
use super::folder::remove_if_there;

/// The name of the file that is linked; begins with a dot so that nothing takes it for a blob.
const PROBE: &str = ".link-probe";

/// Makes an empty file in `from`, links it into `to` and removes both. A full disk, on which
/// reading must go on, proves nothing and passes.
///
/// # Errors
/// [`BlobError::Apart`], [`BlobError::Io`].
pub(super) fn check_link(from: &Path, to: &Path) -> Result<(), BlobError> {
    let (source, target) = (from.join(PROBE), to.join(PROBE));
    // A killed process may have left them.
    for probe in [&source, &target] {
        remove_if_there(probe).map_err(BlobError::Io)?;
    }
    let linked = File::create_new(&source).and_then(|_| fs::hard_link(&source, &target));
    for probe in [&source, &target] {
        remove_if_there(probe).map_err(BlobError::Io)?;
    }
    match linked {
        Err(error) if BlobError::tells_full(&error) => Ok(()),
        Err(error) if refuses_links(&error) => Err(BlobError::Apart {
            from: resolved(from),
            to: resolved(to),
            error,
        }),
        other => other.map_err(BlobError::Io),
    }
}

/// `EXDEV`, or a file system without hard links (`EPERM`, `EOPNOTSUPP`).
fn refuses_links(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let refusals = [Errno::XDEV, Errno::PERM, Errno::OPNOTSUPP, Errno::NOSYS];
    Errno::from_io_error(error).is_some_and(|errno| refusals.contains(&errno))
}

/// Where a folder is in truth, behind symbolic links.
fn resolved(folder: &Path) -> std::path::PathBuf {
    fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned())
}
