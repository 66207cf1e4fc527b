//! Kho Chung: an archive for works of public communication: deposit, preserve, find, deliver.
//!
//! Dependencies run one way: [`interfaces`] call [`services`], services call [`storage`], and all use the
//! rules of [`domain`]. `app` is the composition root, the only place that names concrete back ends.
//! `tests/it/architecture` checks this.

pub mod app;
pub mod clock;
pub mod config;
pub mod domain;
pub mod interfaces;
pub mod memory;
pub mod services;
pub mod storage;
pub mod telemetry;
