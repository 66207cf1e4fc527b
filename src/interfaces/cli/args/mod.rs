//! The commands and their flags, with the help that teaches them.

mod access;
mod command;
mod confine;
mod folder;
mod store;

pub(crate) use access::{
    AccountCommand, AuditCommand, OrganisationCommand, RequestCommand, TokenCommand,
};
pub(crate) use command::{Arguments, Command};
pub(crate) use confine::Confine;
pub(crate) use folder::{Folder, Listen};
pub(crate) use store::{ConfigCommand, Import, MailCommand, RenditionsCommand, VocabCommand};
