//! How a one-time link gets to the holder of an account: by mail, or by the administrator.

use crate::domain::Timestamp;
use crate::domain::account::Login;
use crate::services::accounts::letters::link_job;
use crate::services::accounts::links::IssuedLink;
use crate::services::accounts::secret::Secret;
use crate::services::mail::{LinkPurpose, Mail};
use crate::storage::catalog::ChangeSet;

/// How a one-time link gets to the holder of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HandOver {
    /// By mail when mail is configured and the login name is an address, else by the administrator.
    #[default]
    Mail,
    /// By the administrator.
    Administrator,
}

impl HandOver {
    pub(super) fn is_by_mail(self, mail: &Mail, login: &Login) -> bool {
        self == Self::Mail && mail.is_configured() && login.is_mail_address()
    }

    /// Mails a new link, or gives it to the administrator.
    pub(super) fn apply(
        self,
        mail: &Mail,
        changes: ChangeSet,
        link: IssuedLink,
        purpose: LinkPurpose,
        login: &Login,
        now: Timestamp,
    ) -> (ChangeSet, HandedOver) {
        if self.is_by_mail(mail, login) {
            let job = link_job(&link, purpose, now);
            return (changes.job(job), HandedOver::Mailed(login.clone()));
        }
        (changes, HandedOver::Link(link.secret))
    }
}

/// How a one-time link got to the holder of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandedOver {
    /// The administrator hands it over.
    Link(Secret),
    /// A job mails it to this address.
    Mailed(Login),
    /// An earlier, equal request did it, and the link was used or replaced since.
    Before,
}

impl HandedOver {
    /// The link that the administrator hands over.
    pub const fn link(&self) -> Option<&Secret> {
        match self {
            Self::Link(link) => Some(link),
            Self::Mailed(_) | Self::Before => None,
        }
    }
}
