//! The audit trail: who decided what, append-only and hash-chained.
//!
//! It has decisions about works, sign-ins, changes of accounts and tokens, and downloads of sealed files. It has no
//! reading, and nobody's address: only the network of a sign-in (/24, /56), from the beginning. An entry is written
//! in the commit of what it is about, so neither is there without the other.

mod chain;
mod entry;
mod stored;
mod trail;

pub use chain::{Break, Verified};
pub use entry::{Act, AuditEntry, NewEntry};
pub use trail::{AuditError, AuditTrail};
