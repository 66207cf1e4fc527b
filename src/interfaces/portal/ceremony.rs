//! Where the script for passkeys begins and finishes a ceremony of WebAuthn.

use super::href::Href;

/// The addresses of a ceremony.
pub struct Ceremony {
    /// Answers with the options for the browser.
    pub begin: Href,
    /// Takes what the browser has made of them.
    pub finish: Href,
}

impl Ceremony {
    /// Adds a passkey to the account of the session.
    pub fn of_registration() -> Self {
        Self::at("/api/v1/account/passkeys")
    }

    /// Signs in.
    pub fn of_sign_in() -> Self {
        Self::at("/api/v1/session/passkey")
    }

    fn at(path: &str) -> Self {
        Self {
            begin: Href::own(format!("{path}/ceremonies")),
            finish: Href::own(path),
        }
    }
}
