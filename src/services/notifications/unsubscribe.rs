//! Ends mail with one click, as mail programs offer it (RFC 8058).
//!
//! The address is signed with the key of the account, so it needs no session and ends with the account. It can only
//! end mail of the account it names: the notifications stay in the inbox.

use std::sync::Arc;

use crate::domain::notification::{NotificationKind, NotificationWay};
use crate::services::accounts::{AccountsError, Recipient, Recipients};

/// Ends mail.
pub struct Unsubscribe {
    recipients: Arc<Recipients>,
}

/// What a message is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subscription {
    /// Notifications of one kind.
    Kind(NotificationKind),
    /// The digest.
    Digest,
}

/// The address is no signed one, or its account is closed.
#[derive(Debug, thiserror::Error)]
pub enum NotSubscribed {
    /// Not signed by this archive, or for an account that is closed.
    #[error("the address ends nothing")]
    NotFound,
    /// An account could not be read or written.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
}

impl Subscription {
    const fn name(self) -> &'static str {
        match self {
            Self::Kind(kind) => kind.name(),
            Self::Digest => "digest",
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        if name == Self::Digest.name() {
            return Some(Self::Digest);
        }
        NotificationKind::of_name(name).map(Self::Kind)
    }

    fn signed_text(self) -> String {
        format!("unsubscribe\n{}", self.name())
    }
}

/// The path that ends messages like this one.
pub(super) fn path_of(recipient: &Recipient, subscription: Subscription) -> String {
    let signature = recipient.signature(&subscription.signed_text());
    let name = subscription.name();
    format!("/unsubscribe/{}.{name}.{signature}", recipient.account)
}

impl Unsubscribe {
    /// Ends mail to these recipients.
    pub fn new(recipients: Arc<Recipients>) -> Self {
        Self { recipients }
    }

    /// Ends the mail that a signed address is about. Ending it again changes nothing.
    ///
    /// # Errors
    /// [`NotSubscribed`].
    pub async fn end(&self, token: &str) -> Result<(), NotSubscribed> {
        let mut parts = token.splitn(3, '.');
        let (Some(account), Some(name), Some(signature)) =
            (parts.next(), parts.next(), parts.next())
        else {
            return Err(NotSubscribed::NotFound);
        };
        let subscription = Subscription::of_name(name).ok_or(NotSubscribed::NotFound)?;
        let recipient = self.recipients.find(account).await?;
        let recipient = recipient.ok_or(NotSubscribed::NotFound)?;
        if !recipient.has_signed(&subscription.signed_text(), signature) {
            return Err(NotSubscribed::NotFound);
        }
        let ended = |kind, way| match subscription {
            Subscription::Kind(wanted) => wanted == kind && way == NotificationWay::Mail,
            Subscription::Digest => way == NotificationWay::Digest,
        };
        self.recipients.keep_in_inbox(account, ended).await?;
        Ok(())
    }
}
