//! What messages say.

use crate::domain::Timestamp;
use crate::domain::account::AccountLanguage;
use crate::domain::notification::NotificationKind;

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Letter {
    /// A one-time link for the holder of an account.
    AccountLink {
        /// Why it is sent.
        purpose: LinkPurpose,
        /// The login name of the account.
        login: String,
        /// The address of the page that takes the link.
        address: String,
        /// Until when it can be used.
        until: Timestamp,
    },
    /// Notifications.
    News {
        /// Oldest first.
        news: Vec<News>,
        /// Whether these are those of a day.
        is_digest: bool,
        /// The address that ends such messages.
        unsubscribe: String,
    },
    /// The answer to a request for access.
    AccessAnswer {
        /// What was decided.
        answer: AccessAnswer,
        /// The body, as who asked calls it.
        body: String,
        /// The address at which the receipt code shows the request.
        address: String,
    },
    /// Mail works: what `khochung mail test` sends.
    Test,
}

/// The answer to a request for access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccessAnswer {
    /// A one-time link is ready; it is handed over, never mailed.
    Granted,
    /// There is no access.
    Refused {
        /// Why, in the words of the administrator.
        reason: String,
    },
}

/// A notification in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// What happened.
    pub kind: NotificationKind,
    /// The title of the work; none when the reader may only know that it is gone.
    pub title: Option<String>,
    /// The address of the work.
    pub address: String,
    /// When.
    pub at: Timestamp,
}

/// Why a one-time link is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPurpose {
    /// The account is new.
    Invitation,
    /// An administrator took password and second factor away.
    Reset,
    /// Somebody asked for a new password.
    Forgotten,
}

/// What a message says, in the language of its recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageText {
    /// The subject, in one line.
    pub subject: String,
    /// The text.
    pub body: String,
}

/// Whom a message is for, and how it is recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The recipient.
    pub to: String,
    /// The language of the recipient.
    pub language: AccountLanguage,
    /// What names this message in the world: the same for each attempt to send it, so that a second copy is recognised.
    pub id: String,
    /// When it was written.
    pub at: Timestamp,
    /// The address with which a mail program ends such messages at once (RFC 8058).
    pub unsubscribe: Option<String>,
}

/// Writes a message in a language.
pub type Compose = fn(&Letter, AccountLanguage) -> MessageText;
