//! Composes and sends, if mail is configured.

use std::sync::Arc;

use super::letter::{Compose, Envelope, Letter};
use super::mailer::{MailError, Mailer};

/// Sends messages, if mail is configured. Clones share it.
#[derive(Clone)]
pub struct Mail {
    mailer: Option<Arc<Mailer>>,
    compose: Compose,
    base: Arc<str>,
}

impl Mail {
    /// `base` is the public address of the archive, which links in messages lead to.
    pub fn new(mailer: Option<Mailer>, compose: Compose, base: &str) -> Self {
        Self {
            mailer: mailer.map(Arc::new),
            compose,
            base: base.trim_end_matches('/').into(),
        }
    }

    /// Whether messages are sent at all.
    pub const fn is_configured(&self) -> bool {
        self.mailer.is_some()
    }

    /// An address of the archive.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Sends a message.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn send(&self, envelope: &Envelope, letter: &Letter) -> Result<(), MailError> {
        let mailer = self.mailer.as_ref().ok_or(MailError::NotConfigured)?;
        let text = (self.compose)(letter, envelope.language);
        mailer.send(envelope, text).await
    }
}
