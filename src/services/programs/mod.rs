//! Runs programs of others on files of others: `ffmpeg`, `pdftotext`, `tesseract`.
//!
//! A file may be made to attack the program that reads it, so every program runs confined
//! ([`confinement`], ADR 34): without network, reading only its own libraries and the files in its private
//! folder ([`Workspace`]), writing only there, as one process without children, within [`Limits`] of
//! processor time, memory, output and wall-clock time. It ends when the future of [`Programs::run`] is
//! dropped and when the archive ends, however that happens.
//!
//! The confinement is put on by a second start of our own binary (`khochung confine`), which then becomes
//! the program; bubblewrap goes around it where it works. What the machine does not offer is reported
//! ([`Protection`]), not hidden.
//!
//! Not here: what the programs are asked to do, and which formats they may be given. A caller names the
//! formats it allows (`-format_whitelist`) and records [`Output::version`] with what it made.

pub mod confinement;
mod error;
mod invocation;
mod launch;
mod limits;
mod private_folder;
mod process;
mod program;
mod runner;
mod settings;
mod syscalls;
mod workspace;

pub use confinement::Protection;
pub use error::ProgramError;
pub use invocation::{Invocation, Output};
pub use limits::Limits;
pub use program::{Program, RECOGNISED_LANGUAGE, Version};
pub use runner::{Availability, Programs};
pub use settings::Settings;
pub use workspace::Workspace;
