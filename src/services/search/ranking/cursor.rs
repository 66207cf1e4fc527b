//! Where the next page begins: the sort key and id of the last hit, never a count, so that works
//! which come or go do not shift pages.
//!
//! While nobody writes, a list walked to its end tells every work exactly once. While others write:
//!
//! * By date or title, every work that is there all the time and keeps its date or title is told
//!   exactly once.
//! * By relevance, a page goes on below the last hit's present score ([`super::resume`]), and every
//!   work that stays on its side of that is told exactly once. A write moves the scores of all
//!   works, those for one word together, sums for several words not quite: works close to the end
//!   of a page can be told again on the next or be passed over. Whoever needs every work asks for
//!   them by date or title, or follows the change log.
//! * A list keeps asking for all words, or for some, as it did on its first page. Which words of a
//!   query tell enough to be asked for alone, and what a mistyped one may have meant, follows from
//!   how frequent words are; `all_words` with `verbatim` is free of that.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::page::Order;
use super::page::Place;
use crate::services::search::matching::matcher::Strictness;

/// An opaque place in a list of hits, as text for an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub(crate) order: Order,
    pub(crate) strictness: Strictness,
    pub(crate) place: Place,
}

/// The text is no cursor of this archive, or one of another order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this search")]
pub struct InvalidCursor;

/// Longest key that is read back, in bytes: the beginning of a title in a script whose letters
/// fall apart into three (see [`crate::domain::vietnamese_order::SortKey`]) takes over a thousand.
const MAX_KEY: usize = 2048;

impl Cursor {
    /// Reads a cursor back.
    ///
    /// # Errors
    /// [`InvalidCursor`] for anything that [`Cursor::to_text`] did not write.
    pub fn parse(text: &str) -> Result<Self, InvalidCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidCursor)?;
        let (head, key) = bytes.split_at_checked(18).ok_or(InvalidCursor)?;
        let order = *Order::ALL.get(usize::from(head[0])).ok_or(InvalidCursor)?;
        let strictness = match head[1] {
            0 => Strictness::All,
            1 => Strictness::Telling,
            _ => return Err(InvalidCursor),
        };
        let id: [u8; 16] = head[2..].try_into().map_err(|_| InvalidCursor)?;
        if key.len() > MAX_KEY || (order != Order::Title && key.len() != 8) {
            return Err(InvalidCursor);
        }
        let place = Place {
            key: key.to_vec(),
            id: u128::from_be_bytes(id),
        };
        Ok(Self {
            order,
            strictness,
            place,
        })
    }

    /// The cursor as text for an address.
    pub fn to_text(&self) -> String {
        let order = Order::ALL
            .iter()
            .position(|o| *o == self.order)
            .unwrap_or(0);
        let mut bytes = vec![
            order as u8,
            u8::from(self.strictness == Strictness::Telling),
        ];
        bytes.extend_from_slice(&self.place.id.to_be_bytes());
        bytes.extend_from_slice(&self.place.key);
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Order, Place, Strictness};
    use proptest::prelude::{any, proptest};

    #[test]
    fn a_cursor_is_read_back() {
        let place = Place {
            key: b"khong gian".to_vec(),
            id: 7 << 90,
        };
        let cursor = Cursor {
            order: Order::Title,
            strictness: Strictness::Telling,
            place,
        };
        assert_eq!(Cursor::parse(&cursor.to_text()), Ok(cursor));
    }

    proptest! {
        #[test]
        fn nonsense_is_refused_without_panic(text in any::<String>()) {
            let _ = Cursor::parse(&text);
        }
    }
}
