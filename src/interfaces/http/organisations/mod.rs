//! Bodies over HTTP: what they use and may use of the archive, their successions, and requests for access.

pub mod quota;
mod request_decision;
mod request_view;
pub mod requests;
pub mod succession_plan;
pub mod succession_views;
pub mod successions;
