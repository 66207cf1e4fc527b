//! Accounts over HTTP: `/api/v1/session` signs in and out, `/api/v1/account` is the own account,
//! `/api/v1/accounts` are all of them, for administrators;
//! `/api/v1/audit` is the audit trail; `/api/v1/me` says who calls.

pub mod administration;
pub mod audit;
pub mod me;
pub mod own;
pub mod own_tokens;
pub mod session;
pub mod views;
