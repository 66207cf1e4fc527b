//! The stored forms of accounts, one-time links and sessions.
//!
//! Secrets are stored as hashes only. What is private in an account is inside `sealed`, encrypted with a key
//! that is deleted when the account is forgotten.

use serde::{Deserialize, Serialize};

use crate::storage::catalog::Keyed;

/// An account, under its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum AccountRecord {
    /// Since 0.3.
    #[serde(rename = "v1")]
    V1(AccountV1),
    /// An account that a provider signs in; since 0.3.
    #[serde(rename = "v2")]
    V2(AccountV2),
}

/// Version 2 of a stored account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountV2 {
    pub(super) account: AccountV1,
    /// The provider through which its holder signs in, instead of a password.
    pub(super) provider: String,
}

impl AccountRecord {
    pub(super) fn new(account: AccountV1, provider: Option<String>) -> Self {
        match provider {
            None => Self::V1(account),
            Some(provider) => Self::V2(AccountV2 { account, provider }),
        }
    }

    /// What an account of every kind has.
    pub(super) const fn account(&self) -> &AccountV1 {
        match self {
            Self::V1(account) | Self::V2(AccountV2 { account, .. }) => account,
        }
    }

    pub(super) fn provider(&self) -> Option<&str> {
        match self {
            Self::V1(_) => None,
            Self::V2(account) => Some(&account.provider),
        }
    }
}

/// Version 1 of a stored account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountV1 {
    pub(super) id: String,
    pub(super) role: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) organisation: Option<String>,
    pub(super) created_at_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) closed_at_ms: Option<i64>,
    /// [`PrivateV1`], encrypted; none once it was forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sealed: Option<String>,
}

/// What is private in an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PrivateV1 {
    pub(super) login: String,
    pub(super) display: String,
    /// A PHC string; none before the invitation was followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) password: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) totp: Option<TotpV1>,
    /// SHA-256 of the recovery codes that were not used, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) recovery_codes: Vec<String>,
}

/// A time-based one-time password generator (RFC 6238).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TotpV1 {
    /// The shared secret, in Base32.
    pub(super) secret: String,
    /// Whether the holder has entered a code of it; it counts only from then on.
    pub(super) is_confirmed: bool,
    /// The time step of the last accepted code; none of this or an earlier step is accepted again.
    pub(super) last_step: u64,
}

/// Which account has a login name, under a keyed hash of the name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum LoginRecord {
    /// Since 0.3.
    #[serde(rename = "v1")]
    V1(LoginV1),
}

/// Version 1 of a stored login name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LoginV1 {
    pub(super) key: String,
    pub(super) account: String,
}

/// A one-time link, under the account it is for: a new one replaces the earlier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum LinkRecord {
    /// Since 0.3.
    #[serde(rename = "v1")]
    V1(LinkV1),
}

/// Version 1 of a stored link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkV1 {
    pub(super) account: String,
    /// SHA-256 of the secret.
    pub(super) hash: String,
    pub(super) expires_at_ms: i64,
}

/// A session, under its account and the hash of its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum SessionRecord {
    /// Since 0.3.
    #[serde(rename = "v1")]
    V1(SessionV1),
}

/// Version 1 of a stored session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SessionV1 {
    pub(super) account: String,
    /// SHA-256 of the secret.
    pub(super) hash: String,
    /// Whether the second factor is still missing.
    pub(super) is_pending: bool,
    pub(super) created_at_ms: i64,
    /// Written at most once in some minutes.
    pub(super) used_at_ms: i64,
    /// The absolute end.
    pub(super) expires_at_ms: i64,
    /// When the holder last proved who it is.
    pub(super) authenticated_at_ms: i64,
}

impl Keyed for AccountRecord {
    const TABLE: &'static str = "accounts";

    fn key(&self) -> String {
        self.account().id.clone()
    }
}

impl Keyed for LoginRecord {
    const TABLE: &'static str = "account-logins";

    fn key(&self) -> String {
        let Self::V1(login) = self;
        login.key.clone()
    }
}

impl Keyed for LinkRecord {
    const TABLE: &'static str = "account-links";

    fn key(&self) -> String {
        let Self::V1(link) = self;
        link.account.clone()
    }
}

impl Keyed for SessionRecord {
    const TABLE: &'static str = "sessions";

    fn key(&self) -> String {
        let Self::V1(session) = self;
        session_key(&session.account, &session.hash)
    }
}

/// The key of a session; all of an account begin alike.
pub(super) fn session_key(account: &str, hash: &str) -> String {
    format!("{account}/{hash}")
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use super::{AccountRecord, LinkRecord, LoginRecord, PrivateV1, SessionRecord};
    use crate::storage::catalog::Keyed;

    macro_rules! golden {
        ($name:literal) => {
            include_str!(concat!(
                "../../../tests/fixtures/records/keyed/",
                $name,
                ".json"
            ))
        };
    }

    fn read<T: Serialize + DeserializeOwned>(bytes: &str) -> T {
        let record: T = serde_json::from_str(bytes).unwrap();
        assert_eq!(serde_json::to_string(&record).unwrap(), bytes);
        record
    }

    /// The bytes were written by hand from the description of each version.
    #[test]
    fn what_version_1_wrote_is_read_and_written_the_same() {
        let account: AccountRecord = read(golden!("account.v1"));
        assert_eq!(account.key(), "a-0123456789ab");
        let of_provider: AccountRecord = read(golden!("account.v2"));
        assert_eq!(of_provider.key(), "a-0123456789ab");
        assert_eq!(of_provider.provider(), Some("so"));
        let login: LoginRecord = read(golden!("account-login.v1"));
        assert_eq!(login.key(), "08".repeat(32));
        let link: LinkRecord = read(golden!("account-link.v1"));
        assert_eq!(link.key(), "a-0123456789ab");
        let session: SessionRecord = read(golden!("session.v1"));
        assert_eq!(session.key(), format!("a-0123456789ab/{}", "09".repeat(32)));
        let private: PrivateV1 = read(golden!("account-private.v1"));
        assert_eq!(private.totp.unwrap().last_step, 59_846_520);
    }

    #[test]
    fn a_field_of_a_newer_version_is_not_dropped() {
        let with_more = golden!("session.v1").replacen("\"hash\"", "\"more\":1,\"hash\"", 1);
        assert!(serde_json::from_str::<SessionRecord>(&with_more).is_err());
    }
}
