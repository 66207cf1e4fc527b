//! The position after a page, as an opaque text.
//!
//! A cursor holds the sort key and id of the last hit, never an offset, so works that come or go do
//! not shift pages. Without writes, a list read to its end returns every work exactly once. With
//! concurrent writes:
//!
//! * By date or title, every work that exists all the time and keeps its date or title is returned
//!   exactly once.
//! * By relevance, a page continues after the last hit's current score ([`super::resume`]), and every
//!   work that keeps its place relative to it is returned exactly once. A write changes the scores of
//!   all works, for one word uniformly, for several words not quite: works near the end of a page can
//!   be returned again on the next or be skipped. A caller that needs every work sorts by date or
//!   title, or follows the change log.
//! * The match mode of the first page is kept. Which terms are selective and which corrections are
//!   added depends on term frequencies; `all_words` with `verbatim` does not.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::order::{Order, SortPosition};
use crate::services::search::matching::matches::MatchMode;

/// An opaque position in a list of hits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub(crate) order: Order,
    pub(crate) mode: MatchMode,
    pub(crate) position: SortPosition,
}

/// The text is not a cursor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this search")]
pub struct InvalidCursor;

/// Longest key that is accepted, in bytes: the beginning of a title in a script whose letters
/// decompose into three (see [`crate::domain::vietnamese_order::SortKey`]) takes over a thousand.
const MAX_KEY: usize = 2048;

impl Cursor {
    /// Parses the text of a cursor.
    ///
    /// # Errors
    /// [`InvalidCursor`] for a text that [`Cursor::to_text`] did not write.
    pub fn parse(text: &str) -> Result<Self, InvalidCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidCursor)?;
        let (head, key) = bytes.split_at_checked(18).ok_or(InvalidCursor)?;
        let order = *Order::ALL.get(usize::from(head[0])).ok_or(InvalidCursor)?;
        let mode = match head[1] {
            0 => MatchMode::AllWords,
            1 => MatchMode::AnySelectiveTerm,
            _ => return Err(InvalidCursor),
        };
        let id: [u8; 16] = head[2..].try_into().map_err(|_| InvalidCursor)?;
        if key.len() > MAX_KEY || (order != Order::Title && key.len() != 8) {
            return Err(InvalidCursor);
        }
        let position = SortPosition {
            key: key.to_vec(),
            id: u128::from_be_bytes(id),
        };
        Ok(Self {
            order,
            mode,
            position,
        })
    }

    /// The cursor as URL-safe text.
    pub fn to_text(&self) -> String {
        let order = Order::ALL
            .iter()
            .position(|o| *o == self.order)
            .unwrap_or(0);
        let mut bytes = vec![
            order as u8,
            u8::from(self.mode == MatchMode::AnySelectiveTerm),
        ];
        bytes.extend_from_slice(&self.position.id.to_be_bytes());
        bytes.extend_from_slice(&self.position.key);
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, MatchMode, Order, SortPosition};
    use proptest::prelude::{any, proptest};

    #[test]
    fn a_cursor_is_parsed_from_its_text() {
        let position = SortPosition {
            key: b"khong gian".to_vec(),
            id: 7 << 90,
        };
        let cursor = Cursor {
            order: Order::Title,
            mode: MatchMode::AnySelectiveTerm,
            position,
        };
        assert_eq!(Cursor::parse(&cursor.to_text()), Ok(cursor));
    }

    proptest! {
        #[test]
        fn arbitrary_text_is_rejected_without_panic(text in any::<String>()) {
            let _ = Cursor::parse(&text);
        }
    }
}
