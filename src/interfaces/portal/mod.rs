//! The pages of the archive for people, in Vietnamese at `/…` and in English at `/en/…`.
//!
//! A folder per group of pages. A handler has a guard, calls services, and fills a view, which a template of
//! `web/templates` shows. [`place`] has the addresses, [`layout`] what every page has around it, [`page`] the
//! request and the response, [`assets`] the stylesheet and the script. Texts are in `interfaces::messages::portal`.
//!
//! Pages work without scripts. They never call the HTTP interface, and show nothing that it hides: works come from
//! the same services, with the caller as actor, and in the same wire form.

pub mod account;
pub mod admin;
pub mod assets;
pub mod bulk;
pub mod ceremony;
pub mod choices;
pub mod counting;
pub mod credit;
pub mod deposit;
pub mod embed;
pub mod error;
pub mod files;
pub mod form;
pub mod help;
pub mod home;
pub mod href;
pub mod layout;
pub mod overview;
pub mod page;
pub mod photo;
pub mod place;
pub mod refusal;
pub mod review;
pub mod routes;
pub mod search;
pub mod session;
pub mod station;
pub mod tables;
pub mod text_correction;
pub mod typed_date;
pub mod vocabularies;
pub mod work;
pub mod works;

pub use routes::routes;
