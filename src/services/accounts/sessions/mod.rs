//! Sessions of browsers, and what was typed into a form when one had ended.

mod carried_form;
mod service;

pub use carried_form::{CarriedForm, CarriedForms};
pub use service::{Session, Sessions};
