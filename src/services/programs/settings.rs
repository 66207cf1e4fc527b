//! Where programs are, and how they are started.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use super::program::Program;

/// Folders in which programs are looked for; the `PATH` of whoever starts the archive does not matter.
const FOLDERS: [&str; 3] = ["/usr/local/bin", "/usr/bin", "/bin"];

/// Where programs are, and how they are started.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder of the private folders, on the volume of the blob store.
    pub folder: PathBuf,
    /// Our own binary, which confines programs.
    pub launcher: PathBuf,
    /// Paths of programs that are not where they are looked for.
    pub paths: BTreeMap<Program, PathBuf>,
    /// Further folders that programs may read: libraries, fonts, language data.
    pub readable: Vec<PathBuf>,
    /// Whether to use bubblewrap where it works.
    pub bubblewrap: bool,
}

impl Settings {
    /// The usual ones, with private folders in this folder.
    ///
    /// # Errors
    /// The system does not say what the running binary is.
    pub fn new(folder: PathBuf) -> io::Result<Self> {
        Ok(Self {
            folder,
            launcher: std::env::current_exe()?,
            paths: BTreeMap::new(),
            readable: Vec::new(),
            bubblewrap: true,
        })
    }

    /// The file of a program, if it is there.
    pub(super) fn path_of(&self, program: Program) -> Option<PathBuf> {
        if let Some(path) = self.paths.get(&program) {
            return path.is_file().then(|| path.clone());
        }
        find(program.name())
    }
}

/// The file of a program in the usual folders.
pub(super) fn find(name: &str) -> Option<PathBuf> {
    let mut paths = FOLDERS
        .iter()
        .map(|folder| PathBuf::from(folder).join(name));
    paths.find(|path| path.is_file())
}
