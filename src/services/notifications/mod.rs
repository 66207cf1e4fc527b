//! Notifications: messages to the holders of accounts about works that concern their post.
//!
//! A notification is written in the commit of the act that it reports ([`Notifications::notify_depositor`]). It names the work and
//! says nothing about it: what a reader sees of the work is decided by the policy when it is read ([`inbox`]), so nobody
//! learns of a work that it may not see any more. `is_read` is the reader's own mark; nothing counts who read what.
//!
//! Not here: what happens to works. The services that change works call this one.

mod inbox;
mod letters;
mod stored;
mod sweep;
mod unsubscribe;
mod write;

pub use inbox::{Inbox, InboxError, InboxPage, ShownNotification};
pub use letters::{MailDigest, MailNotification};
pub use sweep::{SWEEP, sweep};
pub use unsubscribe::{NotSubscribed, Unsubscribe};
pub use write::Notifications;
