//! How much of everything a work may carry. Generous for any real work, small enough that no
//! request can make the archive slow.

use crate::domain::text::Limit;

/// One title in one language.
pub const TITLE: Limit = Limit::Characters(1_000);
/// One description in one language.
pub const DESCRIPTION: Limit = Limit::Characters(20_000);
/// The body text of a work: 4 MiB.
pub const BODY: Limit = Limit::Bytes(4 * 1024 * 1024);
/// A name, role, credit line, identifier value or reason.
pub const LINE: Limit = Limit::Characters(1_000);
/// The value of one parameter of a saved search, which may list many concepts.
pub const PARAMETER: Limit = Limit::Characters(4_000);
/// Caption or text alternative of a file in one language.
pub const FILE_TEXT: Limit = Limit::Characters(5_000);
/// Languages of a work, and languages of one language map.
pub const LANGUAGES: usize = 50;
/// Entries of any other list: creators, themes, places, relations, identifiers.
pub const LIST: usize = 200;
/// Reasons of one return.
pub const RETURN_REASONS: usize = 100;
/// One comment on a work.
pub const COMMENT: Limit = Limit::Characters(5_000);
/// Comments on one work.
pub const COMMENTS: usize = 200;
/// Corrections of one work.
pub const CORRECTIONS: usize = 200;
/// Redacted regions of one image.
pub const REGIONS: usize = 200;
/// Sealed files of one work.
pub const SEALED_FILES: usize = 50;
/// Files of one work.
pub const FILES: usize = 500;
