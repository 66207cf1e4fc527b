//! The settings of mail.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The mail server that messages are sent through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Its host name. Empty: no mail is sent, and administrators hand one-time links over.
    pub host: String,
    /// Its port: 587 for submission with STARTTLS, 465 with TLS from the start.
    pub port: u16,
    /// How the connection is protected.
    pub security: MailSecurity,
    /// PEM file with the authority of its certificate, when that is not a public one.
    pub ca_certificate: PathBuf,
    /// The user to sign in as. Empty: the server needs no sign-in.
    pub user: String,
    /// The password of the user.
    pub password: String,
    /// File with the password of the user, instead of `password`.
    pub password_file: PathBuf,
    /// Who messages are from: `kho@gialai.example` or `Kho Chung <kho@gialai.example>`.
    pub from: String,
    /// Seconds to wait for an answer of the server.
    pub timeout_seconds: u64,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailSecurity {
    /// TLS after STARTTLS; a server without it is refused.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// None: only for a server on this machine or in a closed network.
    None,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 587,
            security: MailSecurity::Starttls,
            ca_certificate: PathBuf::new(),
            user: String::new(),
            password: String::new(),
            password_file: PathBuf::new(),
            from: String::new(),
            timeout_seconds: 30,
        }
    }
}

impl Mail {
    /// Whether messages are sent at all.
    pub const fn is_configured(&self) -> bool {
        !self.host.is_empty()
    }
}
