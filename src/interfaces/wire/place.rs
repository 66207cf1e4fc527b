//! Where in a document something stands, written as a JSON pointer (RFC 6901) only when needed.

use std::fmt;

/// A place in a JSON document; costs nothing until it is shown.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    /// The whole document.
    Root,
    /// A property of the object at a place.
    Property(&'a Place<'a>, &'a str),
    /// An entry of the array at a place.
    Entry(&'a Place<'a>, usize),
}

impl<'a> Place<'a> {
    pub(super) fn property(&'a self, name: &'a str) -> Self {
        Self::Property(self, name)
    }

    pub(super) fn entry(&'a self, index: usize) -> Self {
        Self::Entry(self, index)
    }
}

impl fmt::Display for Place<'_> {
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
    use super::Place;

    #[test]
    fn pointers_are_escaped_as_rfc_6901_says() {
        let root = Place::Root;
        let names = root.property("a/b");
        let entry = names.entry(2);
        assert_eq!(root.to_string(), "");
        assert_eq!(entry.property("m~n").to_string(), "/a~1b/2/m~0n");
    }
}
