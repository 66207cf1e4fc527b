//! Atom feeds as a stranger reads them: by a strict parser, which refuses what is not well-formed
//! XML 1.0, and by the rules of RFC 4287 that hold for every feed.

use std::collections::BTreeSet;

use khochung::domain::Timestamp;
use roxmltree::{Document, Node};

use super::{Answer, Client};

const ATOM: &str = "http://www.w3.org/2005/Atom";

/// One page of a feed.
#[derive(Debug, Clone)]
pub(crate) struct Feed {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) updated: String,
    pub(crate) author: String,
    pub(crate) links: Vec<Link>,
    pub(crate) entries: Vec<Entry>,
}

/// One entry.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) updated: String,
    pub(crate) published: Option<String>,
    pub(crate) authors: Vec<String>,
    pub(crate) summary: Option<String>,
    pub(crate) rights: Option<String>,
    /// Scheme, term and label.
    pub(crate) categories: Vec<(String, String, String)>,
    pub(crate) links: Vec<Link>,
}

/// A link.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) rel: String,
    pub(crate) href: String,
    pub(crate) kind: Option<String>,
    pub(crate) length: Option<String>,
}

/// Asks for a feed, which must be there.
pub(crate) fn feed(client: &Client, path: &str) -> Feed {
    read(&client.get(path))
}

/// Reads an answer that is a feed.
pub(crate) fn read(answer: &Answer) -> Feed {
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(
        answer.header("content-type"),
        "application/atom+xml; charset=utf-8"
    );
    let text = String::from_utf8(answer.body.clone()).unwrap();
    let document = Document::parse(&text).unwrap();
    let root = document.root_element();
    assert!(root.has_tag_name((ATOM, "feed")), "{text}");
    let feed = Feed {
        id: one(root, "id"),
        title: one(root, "title"),
        updated: one(root, "updated"),
        author: names(root, "author").concat(),
        links: links(root),
        entries: all(root, "entry").map(entry).collect(),
    };
    feed.check();
    feed
}

impl Feed {
    /// Titles of the entries, in order.
    pub(crate) fn titles(&self) -> Vec<&str> {
        self.entries
            .iter()
            .map(|entry| entry.title.as_str())
            .collect()
    }

    /// The address of a relation, if there is one.
    pub(crate) fn link(&self, rel: &str) -> Option<&str> {
        let mut links = self.links.iter();
        links
            .find(|link| link.rel == rel)
            .map(|link| link.href.as_str())
    }

    /// RFC 4287, sections 4.1.1, 4.1.2, 4.2.6 and 3.3; RFC 5005, section 3.
    fn check(&self) {
        assert!(!self.id.is_empty() && !self.title.is_empty(), "{self:?}");
        assert!(
            !self.author.is_empty(),
            "every entry has an author: {self:?}"
        );
        let relations: Vec<&str> = self.links.iter().map(|link| link.rel.as_str()).collect();
        for rel in ["self", "first"] {
            let count = relations.iter().filter(|r| **r == rel).count();
            assert_eq!(count, 1, "{rel}: {self:?}");
        }
        let ids: BTreeSet<&str> = self.entries.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids.len(), self.entries.len(), "{ids:?}");
        let published = self
            .entries
            .iter()
            .filter_map(|entry| entry.published.as_ref());
        let updated = self.entries.iter().map(|entry| &entry.updated);
        for moment in updated.chain(published).chain([&self.updated]) {
            // A date without an offset is refused here.
            Timestamp::parse(moment).unwrap();
        }
        for entry in &self.entries {
            assert!(entry.id.starts_with("urn:uuid:"), "{entry:?}");
            let alternate = entry.links.iter().filter(|link| link.rel == "alternate");
            assert_eq!(alternate.count(), 1, "{entry:?}");
        }
        let of_entries = self.entries.iter().flat_map(|entry| &entry.links);
        for link in self.links.iter().chain(of_entries) {
            assert!(link.href.starts_with("http"), "absolute: {link:?}");
        }
    }
}

fn entry(node: Node<'_, '_>) -> Entry {
    Entry {
        id: one(node, "id"),
        title: one(node, "title"),
        updated: one(node, "updated"),
        published: at_most_one(node, "published"),
        authors: names(node, "author"),
        summary: at_most_one(node, "summary"),
        rights: at_most_one(node, "rights"),
        categories: all(node, "category")
            .map(|category| {
                let attribute = |name| category.attribute(name).unwrap().to_owned();
                (attribute("scheme"), attribute("term"), attribute("label"))
            })
            .collect(),
        links: links(node),
    }
}

fn links(node: Node<'_, '_>) -> Vec<Link> {
    let link = |link: Node<'_, '_>| Link {
        rel: link.attribute("rel").unwrap().to_owned(),
        href: link.attribute("href").unwrap().to_owned(),
        kind: link.attribute("type").map(str::to_owned),
        length: link.attribute("length").map(str::to_owned),
    };
    all(node, "link").map(link).collect()
}

fn names(node: Node<'_, '_>, person: &str) -> Vec<String> {
    all(node, person)
        .map(|person| one(person, "name"))
        .collect()
}

fn one(node: Node<'_, '_>, name: &str) -> String {
    at_most_one(node, name).unwrap()
}

/// The text of the element, which has no elements inside.
fn at_most_one(node: Node<'_, '_>, name: &str) -> Option<String> {
    let found: Vec<_> = all(node, name).collect();
    assert!(found.len() <= 1, "{name} twice");
    let element = found.first()?;
    assert!(
        !element.children().any(|child| child.is_element()),
        "{name}"
    );
    Some(element.text().unwrap_or_default().to_owned())
}

fn all<'a, 'input>(
    node: Node<'a, 'input>,
    name: &'a str,
) -> impl Iterator<Item = Node<'a, 'input>> {
    let is_wanted = move |child: &Node<'_, '_>| child.has_tag_name((ATOM, name));
    node.children().filter(is_wanted)
}
