//! Kho Chung: an archive that takes works in, keeps them safe, finds them and hands them out.
//!
//! Arrows run one way: [`interfaces`] call [`services`], services call [`storage`], and all of
//! them know the rules in [`domain`]. `app` is the composition root, the only place that names
//! concrete back ends. `tests/it/architecture.rs` holds the house to this.

pub mod app;
pub mod clock;
pub mod config;
pub mod domain;
pub mod interfaces;
pub mod memory;
pub mod services;
pub mod storage;
pub mod telemetry;
