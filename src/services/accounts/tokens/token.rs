//! A token as a list shows it.

use std::collections::BTreeMap;

use crate::domain::access::TokenId;
use crate::domain::{Timestamp, WorkDate};
use crate::storage::catalog::TokenRecord;

/// A token with what is known of its secrets and its use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The record of its newest secret.
    pub record: TokenRecord,
    /// Until when the secret before it is valid, too.
    pub former_secret_until: Option<Timestamp>,
    /// The last day on which it was used, in Viet Nam.
    pub last_used_on: Option<WorkDate>,
}

impl Token {
    /// The tokens that these secrets belong to, oldest first.
    pub(super) fn all_of(
        secrets: Vec<TokenRecord>,
        days: &BTreeMap<TokenId, WorkDate>,
        now: Timestamp,
    ) -> Vec<Self> {
        let mut of_token: BTreeMap<TokenId, Vec<TokenRecord>> = BTreeMap::new();
        for secret in secrets {
            of_token.entry(secret.id.clone()).or_default().push(secret);
        }
        let mut tokens: Vec<Self> = of_token
            .into_values()
            .filter_map(|secrets| Self::of(secrets, days, now))
            .collect();
        tokens.sort_by(|a, b| {
            let (a, b) = (&a.record, &b.record);
            (a.created_at, &a.id).cmp(&(b.created_at, &b.id))
        });
        tokens
    }

    fn of(
        mut secrets: Vec<TokenRecord>,
        days: &BTreeMap<TokenId, WorkDate>,
        now: Timestamp,
    ) -> Option<Self> {
        // The newest has no end of its own.
        secrets.sort_by_key(|secret| (secret.secret_expires_at.is_none(), secret.secret_since));
        let record = secrets.pop()?;
        let valid = secrets.iter().filter(|secret| !secret.has_ended(now));
        let former_secret_until = valid.filter_map(|secret| secret.secret_expires_at).max();
        let last_used_on = days.get(&record.id).copied();
        Some(Self {
            record,
            former_secret_until,
            last_used_on,
        })
    }
}
