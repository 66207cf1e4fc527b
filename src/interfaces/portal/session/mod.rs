//! Signing in with a password and a second factor, signing out, and carrying what was typed over a session that has
//! ended.

mod carried;
mod page;
mod sign_in;

pub use carried::keep_typed;
pub use sign_in::{go_on, second_factor, show, sign_in, sign_out};
