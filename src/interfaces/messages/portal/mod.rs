//! Texts of the pages, in Vietnamese and English side by side: a missing one does not compile.
//!
//! [`mod@format`] writes numbers, sizes, lengths and dates as each language does.

pub mod account;
pub mod admin;
pub mod bulk;
pub mod deposit;
pub mod document;
pub mod embed;
pub mod errors;
pub mod format;
pub mod help;
pub mod home;
pub mod layout;
pub mod overview;
pub mod parts;
pub mod photo;
pub mod review;
pub mod search;
pub mod session;
pub mod station;
pub mod tables;
pub mod vocabularies;
pub mod work;

/// Declares the texts of a page: `field: "Vietnamese", "English";`.
macro_rules! texts {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $vi:literal, $en:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name {
            $(#[doc = $en] pub $field: &'static str,)+
        }

        impl $name {
            /// The texts in a language.
            pub const fn of(language: crate::interfaces::messages::Language) -> &'static Self {
                const VIETNAMESE: $name = $name { $($field: $vi,)+ };
                const ENGLISH: $name = $name { $($field: $en,)+ };
                language.pick(&VIETNAMESE, &ENGLISH)
            }
        }
    };
}
use texts;
