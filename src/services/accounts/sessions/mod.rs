//! Sessions of browsers, and what was typed into a form when one had ended.

mod kept_form;
mod service;

pub use kept_form::{KeptForm, KeptForms};
pub use service::{Session, Sessions};
