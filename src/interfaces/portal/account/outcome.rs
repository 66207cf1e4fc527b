//! What the page of the account shows beside the account.

use crate::interfaces::portal::form::FormFields;
use crate::interfaces::portal::href::Href;
use crate::services::accounts::{NewTotp, Secret};

/// What the page shows beside the account.
#[derive(Default)]
pub(super) struct Outcome {
    /// What is shown this once.
    pub(super) shown: Option<SecretsShownOnce>,
    /// Why something was not done.
    pub(super) refusal: Vec<String>,
    /// What was typed.
    pub(super) typed: FormFields,
}

impl Outcome {
    pub(super) fn typed(typed: FormFields) -> Self {
        Self {
            typed,
            ..Self::default()
        }
    }
}

/// What is shown this once.
pub(super) enum SecretsShownOnce {
    Totp {
        secret: String,
        address: Option<Href>,
    },
    Codes(Vec<String>),
    Token(String),
}

impl SecretsShownOnce {
    pub(super) fn totp(new: &NewTotp) -> Self {
        let groups: Vec<String> = new
            .secret
            .reveal()
            .as_bytes()
            .chunks(4)
            .map(|group| String::from_utf8_lossy(group).into_owned())
            .collect();
        Self::Totp {
            secret: groups.join(" "),
            address: Href::authenticator(new.address.reveal()),
        }
    }

    pub(super) fn codes(codes: &[Secret]) -> Self {
        Self::Codes(codes.iter().map(|code| code.reveal().to_owned()).collect())
    }

    pub(super) fn token(secret: &Secret) -> Self {
        Self::Token(secret.reveal().to_owned())
    }
}
