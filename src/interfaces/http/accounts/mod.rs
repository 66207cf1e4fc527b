//! Accounts over HTTP: `/api/v1/session` signs in and out, `/api/v1/account` is the own account,
//! `/account-links` is the page that takes one-time links, `/api/v1/accounts` are all of them, for administrators;
//! `/api/v1/audit` is the audit trail; `/api/v1/me` says who calls.

pub mod administration;
pub mod audit;
pub mod forgotten;
pub mod link_page;
pub mod me;
pub mod notifications;
pub mod oidc;
pub mod own;
pub mod own_tokens;
pub mod passkeys;
pub mod preferences;
pub mod session;
pub mod unsubscribe;
pub mod views;
