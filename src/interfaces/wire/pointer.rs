//! JSON pointers (RFC 6901), formatted only when needed.

use std::fmt;

/// A position in a JSON document; costs nothing until it is formatted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pointer<'a> {
    /// The whole document.
    Root,
    /// A property of the object at a place.
    Property(&'a Pointer<'a>, &'a str),
    /// An entry of the array at a place.
    Entry(&'a Pointer<'a>, usize),
}

impl<'a> Pointer<'a> {
    pub(super) fn property(&'a self, name: &'a str) -> Self {
        Self::Property(self, name)
    }

    pub(super) fn entry(&'a self, index: usize) -> Self {
        Self::Entry(self, index)
    }
}

impl fmt::Display for Pointer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Property(parent, name) => {
                write!(f, "{parent}/{}", name.replace('~', "~0").replace('/', "~1"))
            }
            Self::Entry(parent, index) => write!(f, "{parent}/{index}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pointer;

    #[test]
    fn pointers_are_escaped_as_rfc_6901_says() {
        let root = Pointer::Root;
        let names = root.property("a/b");
        let entry = names.entry(2);
        assert_eq!(root.to_string(), "");
        assert_eq!(entry.property("m~n").to_string(), "/a~1b/2/m~0n");
    }
}
