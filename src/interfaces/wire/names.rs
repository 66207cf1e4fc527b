//! The wire names of closed lists, derived from the lists themselves.

use crate::domain::Visibility;
use crate::domain::access::Role;
use crate::domain::asset::{Access, FileRole, PeopleShown, RelationType, Requirement};

pub(super) const ACCESS: &[&str] = &first(Access::NAMES);
pub(super) const PEOPLE_SHOWN: &[&str] = &first(PeopleShown::NAMES);
pub(super) const RELATION_TYPE: &[&str] = &first(RelationType::NAMES);
pub(super) const VISIBILITY: &[&str] = &first(Visibility::NAMES);
pub(super) const REQUIREMENT: &[&str] = &first(Requirement::NAMES);
pub(super) const ROLE: &[&str] = &first(Role::NAMES);
pub(super) const FILE_ROLE: &[&str] = &first(FileRole::NAMES);

/// The name of a value.
pub(super) fn name_of<T: PartialEq>(names: &[(&'static str, T)], value: &T) -> &'static str {
    names
        .iter()
        .find(|(_, known)| known == value)
        .map_or("", |(name, _)| name)
}

pub(super) const fn first<T: Copy, const N: usize>(
    pairs: [(&'static str, T); N],
) -> [&'static str; N] {
    let mut names = [""; N];
    let mut index = 0;
    while index < N {
        names[index] = pairs[index].0;
        index += 1;
    }
    names
}
