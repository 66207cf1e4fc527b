//! Which archive a command is about.

use std::path::PathBuf;

use clap::Args;

/// Which archive.
#[derive(Debug, Clone, Args)]
pub(crate) struct Folder {
    /// The data folder of the archive [default: khochung-data].
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

/// Which archive and where to listen.
#[derive(Debug, Clone, Args)]
pub(crate) struct Listen {
    /// Which archive.
    #[command(flatten)]
    pub(crate) folder: Folder,
    /// Address and port to listen on [default: 127.0.0.1:8080].
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) bind: Option<String>,
}
