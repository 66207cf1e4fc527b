//! What a caller is authenticated by: a token or an account.

use std::fmt;
use std::str::FromStr;

use super::hex;

/// Public id of a token: a short random text that may appear in logs and events.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenId(pub String);

/// Public id of an account: `a-` and random hexadecimal digits. It may appear in logs and events and stays
/// in them when the account is closed; it says nothing about its holder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(String);

/// What all account ids begin with. Ids of tokens are hexadecimal digits only.
const ACCOUNT_PREFIX: &str = "a-";

impl AccountId {
    /// The account with these random bytes.
    pub fn from_random(bytes: [u8; 6]) -> Self {
        Self(format!("{ACCOUNT_PREFIX}{}", hex(&bytes)))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text is no account id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an account id is `a-` and 12 hexadecimal digits")]
pub struct InvalidAccountId;

impl FromStr for AccountId {
    type Err = InvalidAccountId;

    fn from_str(text: &str) -> Result<Self, InvalidAccountId> {
        let digits = text.strip_prefix(ACCOUNT_PREFIX).ok_or(InvalidAccountId)?;
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if digits.len() == 12 && digits.bytes().all(is_digit) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidAccountId)
        }
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a caller is authenticated by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Credential {
    /// A token, of a machine.
    Token(TokenId),
    /// An account, by a session.
    Account(AccountId),
}

impl From<String> for Credential {
    /// The reverse of `Display`.
    fn from(text: String) -> Self {
        match text.parse() {
            Ok(account) => Self::Account(account),
            Err(InvalidAccountId) => Self::Token(TokenId(text)),
        }
    }
}

impl fmt::Display for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(token) => f.write_str(&token.0),
            Self::Account(account) => account.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AccountId, Credential, TokenId};

    #[test]
    fn the_text_of_a_credential_says_which_it_is() {
        for (text, expected) in [
            ("4f9a2c", Credential::Token(TokenId("4f9a2c".into()))),
            ("a-4f9a2c", Credential::Token(TokenId("a-4f9a2c".into()))),
            (
                "a-0123456789ab",
                Credential::Account(AccountId::from_random([1, 0x23, 0x45, 0x67, 0x89, 0xab])),
            ),
        ] {
            let credential = Credential::from(text.to_owned());
            assert_eq!(credential, expected);
            assert_eq!(credential.to_string(), text);
        }
    }
}
