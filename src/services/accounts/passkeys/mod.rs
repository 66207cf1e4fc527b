//! Passkeys (WebAuthn Level 3): sign-in with a key that the device of the holder keeps and uses after it has recognised its
//! holder. So a passkey is both factors ([ADR 26](../../../../docs/adr/0026-passkeys.md)).
//!
//! Only `ceremony.rs` names the crate `webauthn_rp`.

mod ceremony;
mod challenge;
mod service;
mod stored;

pub use service::{Begun, PasskeyError, PasskeyView, Passkeys};
pub(super) use stored::without_passkeys;
