//! Why a command failed: one clear line on standard error, and an exit code.

use std::process::ExitCode;

use crate::app::OpenError;
use crate::config;
use crate::interfaces::messages::{Language, config as config_messages};
use crate::services::programs::confinement::{self, ConfinementError};
use crate::storage::blobs::BlobError;
use crate::telemetry::error_chain;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The settings are wrong.
    #[error("wrong settings")]
    Config(#[source] config::Problems),
    /// The arguments are wrong; explained in both languages.
    #[error("wrong usage")]
    Usage {
        /// In Vietnamese.
        vi: String,
        /// In English.
        en: String,
    },
    /// Another process has the data folder open.
    #[error("the data folder is in use")]
    InUse {
        /// The folder.
        folder: String,
    },
    /// The data folder cannot be opened.
    #[error("the data folder cannot be opened")]
    Opening {
        /// The folder.
        folder: String,
        /// Why.
        #[source]
        error: OpenError,
    },
    /// The address cannot be listened on.
    #[error("the address cannot be listened on")]
    Listen {
        /// The address.
        bind: String,
        /// Why.
        #[source]
        error: std::io::Error,
    },
    /// The running archive refused; its own words, already in the caller's language.
    #[error("refused: {0}")]
    Refused(String),
    /// A file or socket failed while doing something to something.
    #[error("{what}")]
    Io {
        /// To what.
        what: String,
        /// How.
        #[source]
        error: std::io::Error,
    },
    /// A program of others could not be confined or started.
    #[error("not confined")]
    NotConfined(#[source] ConfinementError),
    /// Anything else that went wrong inside.
    #[error("failed")]
    Inside(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Some records failed; the lines about them have been printed.
    #[error("some records failed")]
    SomeFailed,
    /// `verify` found damage; the lines about it have been printed.
    #[error("damage was found")]
    Findings,
}

impl Failure {
    /// A failing file or socket.
    pub fn io(what: impl std::fmt::Display, error: std::io::Error) -> Self {
        Self::Io {
            what: what.to_string(),
            error,
        }
    }

    /// Anything inside.
    pub fn inside(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Inside(error.into())
    }

    /// The exit code, as listed by `--help`.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Findings => 2,
            Self::Config(_) | Self::Usage { .. } => 64,
            Self::InUse { .. } => 75,
            Self::NotConfined(_) => confinement::FAILED,
            Self::Opening { .. }
            | Self::Listen { .. }
            | Self::Refused(_)
            | Self::Io { .. }
            | Self::Inside(_)
            | Self::SomeFailed => 1,
        })
    }

    /// The lines for people; empty when the command has printed everything already.
    pub fn lines(&self, language: Language) -> Vec<String> {
        let line = match self {
            Self::SomeFailed | Self::Findings => return Vec::new(),
            Self::Config(problems) => {
                return problems
                    .0
                    .iter()
                    .map(|problem| config_messages::sentence(problem, language))
                    .collect();
            }
            Self::Usage { vi, en } => language.pick(vi, en).clone(),
            Self::InUse { folder } => {
                let (before, after) = language.pick(
                    ("thư mục dữ liệu", "đang được một tiến trình khác sử dụng"),
                    ("the data folder", "is in use by another process"),
                );
                format!("{before} {folder} {after}")
            }
            Self::Opening {
                error: OpenError::Blobs(BlobError::Apart { from, to, .. }),
                ..
            } => {
                let (between, and, rule) = language.pick(
                    (
                        "không thể liên kết tệp giữa",
                        "và",
                        "hai thư mục phải nằm trên cùng một hệ thống tệp có liên kết cứng",
                    ),
                    (
                        "files cannot be linked between",
                        "and",
                        "both folders must be on one file system that has hard links",
                    ),
                );
                let (from, to) = (from.display(), to.display());
                format!("{between} {from} {and} {to}: {rule}")
            }
            Self::Opening { folder, error } => format!("{folder}: {}", error_chain(error)),
            Self::Listen { bind, error } => {
                let failed = language.pick("không thể lắng nghe tại", "cannot listen on");
                format!("{failed} {bind}: {error}")
            }
            Self::Refused(words) => words.clone(),
            Self::Io { what, error } => format!("{what}: {error}"),
            Self::NotConfined(error) => format!("confine: {}", error_chain(error)),
            Self::Inside(error) => error_chain(error.as_ref()),
        };
        vec![line]
    }
}
