//! The ids of tokens.

/// Public id of a token: a short random text that may appear in logs and events.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenId(pub String);
