//! Permanent addresses of schemes and concepts: `{base}/vocab/{scheme}/{slug}`.

use crate::domain::Slug;

/// Builds addresses below the public address of the archive.
#[derive(Debug, Clone, Copy)]
pub struct Addresses<'a> {
    base: &'a str,
}

impl<'a> Addresses<'a> {
    /// `base` is absolute and has no slash at its end.
    pub const fn below(base: &'a str) -> Self {
        Self { base }
    }

    /// The address of a scheme.
    pub fn scheme(&self, scheme: &Slug) -> String {
        format!("{}/vocab/{scheme}", self.base)
    }

    /// The address of a concept.
    pub fn concept(&self, scheme: &Slug, concept: &Slug) -> String {
        format!("{}/vocab/{scheme}/{concept}", self.base)
    }
}
