//! The Atom document of one page: RFC 4287, with pages after RFC 5005 and `rel="license"` after
//! RFC 4946.
//!
//! All content is text, never markup. Every entry has an author: its creators, else its organisation, else
//! the archive, which is the author of the feed unless an organisation keeps it.

use std::io;

use super::id;
use super::page::{Channel, Entry, Page};
use super::xml::Document;
use crate::domain::asset::{Asset, Work};
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{LanguageMap, Slug, Timestamp};
use crate::services::sharing::address::Addresses;

/// The author of feeds that nobody keeps, and of works without creator and organisation.
const ARCHIVE: &str = "Kho Chung";

/// What entries are rendered with.
pub(super) struct AtomContext<'a> {
    pub(super) addresses: Addresses<'a>,
    pub(super) vocabularies: &'a Vocabularies,
    pub(super) language: &'a str,
    /// What a correction is called in this language.
    pub(super) correction_label: &'a str,
}

/// Writes the document.
pub(super) fn document(
    channel: &Channel,
    page: &Page,
    context: &AtomContext<'_>,
) -> io::Result<Vec<u8>> {
    let mut document = Document::new()?;
    let attributes = [
        ("xmlns", "http://www.w3.org/2005/Atom"),
        ("xml:lang", channel.language.as_str()),
    ];
    document.element("feed", &attributes, |feed| {
        head(feed, channel, page, context)?;
        page.entries
            .iter()
            .try_for_each(|entry| write_entry(feed, entry, context))
    })?;
    Ok(document.finish())
}

fn head(
    feed: &mut Document,
    channel: &Channel,
    page: &Page,
    context: &AtomContext<'_>,
) -> io::Result<()> {
    let moments = page.entries.iter().map(|entry| changed(&entry.asset));
    let updated = moments.max().unwrap_or(channel.created_at);
    feed.text("id", &[], &channel.id.to_string())?;
    feed.text("title", &[], &channel.title)?;
    feed.text("updated", &[], &updated.to_string())?;
    feed.text("generator", &[], ARCHIVE)?;
    let vocabularies = context.vocabularies;
    let label = |slug: &Slug| {
        let label = vocabularies.label("organisation", slug.as_str(), context.language);
        label.unwrap_or(slug.as_str()).to_owned()
    };
    let author_name = channel.kept_by.as_ref().map(label);
    feed.element("author", &[], |author| {
        author.text("name", &[], author_name.as_deref().unwrap_or(ARCHIVE))?;
        author.text("uri", &[], &context.addresses.home())
    })?;
    let pages = [
        ("self", Some(&channel.this_page)),
        ("first", Some(&channel.first_page)),
        ("next", channel.next_page.as_ref()),
    ];
    for (rel, address) in pages {
        if let Some(address) = address {
            link(feed, rel, address, &[("type", "application/atom+xml")])?;
        }
    }
    link(feed, "alternate", &channel.results, &[])
}

fn write_entry(feed: &mut Document, entry: &Entry, context: &AtomContext<'_>) -> io::Result<()> {
    let asset = &entry.asset;
    feed.element("entry", &[], |element| {
        element.text("id", &[], &id::of_work(asset.id))?;
        localized_text(element, "title", &asset.work.titles, context)?;
        element.text("updated", &[], &changed(asset).to_string())?;
        if let Some(published) = published(asset) {
            element.text("published", &[], &published.to_string())?;
        }
        authors(element, &asset.work, context)?;
        // Without a type: feed readers ignore an alternate that is not HTML.
        let address = context.addresses.work(asset.id);
        link(element, "alternate", &address, &[])?;
        enclosures(element, entry, context)?;
        categories(element, &asset.work, context)?;
        rights(element, &asset.work, context)?;
        summary(element, asset, context)
    })
}

/// The description, after the last correction: readers of a feed learn what changed.
fn summary(entry: &mut Document, asset: &Asset, context: &AtomContext<'_>) -> io::Result<()> {
    let Some(correction) = asset.corrections.last() else {
        return localized_text(entry, "summary", &asset.work.descriptions, context);
    };
    let (label, day) = (context.correction_label, correction.at.day());
    let mut text = format!("{label} ({day}): {}", correction.note);
    if let Some((_, description)) = asset.work.descriptions.nearest(context.language) {
        text.push_str("\n\n");
        text.push_str(description);
    }
    entry.text("summary", &[("type", "text")], &text)
}

/// A text in the language nearest to that of the reader, with its language tag.
fn localized_text(
    entry: &mut Document,
    name: &str,
    texts: &LanguageMap,
    context: &AtomContext<'_>,
) -> io::Result<()> {
    match texts.nearest(context.language) {
        Some((language, text)) => entry.text(
            name,
            &[("type", "text"), ("xml:lang", language.as_str())],
            text,
        ),
        None => Ok(()),
    }
}

/// When the work became available: its publication or the end of its embargo.
fn published(asset: &Asset) -> Option<Timestamp> {
    let published = asset.published_at?;
    Some(match asset.work.embargo_until {
        Some(until) => published.max(until),
        None => published,
    })
}

fn changed(asset: &Asset) -> Timestamp {
    asset.updated_at
}

fn authors(entry: &mut Document, work: &Work, context: &AtomContext<'_>) -> io::Result<()> {
    let mut names: Vec<&str> = work
        .creators
        .iter()
        .map(|maker| maker.name.as_str())
        .collect();
    if names.is_empty() {
        let body = work.organisation.as_ref();
        names.extend(body.map(|slug| context.label("organisation", slug.as_str())));
    }
    for name in names {
        entry.element("author", &[], |author| author.text("name", &[], name))?;
    }
    Ok(())
}

/// Lengths and types are those of the bytes that this reader gets.
fn enclosures(element: &mut Document, entry: &Entry, context: &AtomContext<'_>) -> io::Result<()> {
    for (sha256, bytes) in &entry.files {
        let address = context.addresses.file(entry.asset.id, *sha256);
        let attributes = [
            ("type", bytes.media_type.as_str()),
            ("length", &bytes.size.to_string()),
            ("title", bytes.file_name.as_str()),
        ];
        link(element, "enclosure", &address, &attributes)?;
    }
    Ok(())
}

fn categories(entry: &mut Document, work: &Work, context: &AtomContext<'_>) -> io::Result<()> {
    let kinds = work.kind.iter().map(|slug| ("product-kind", slug.as_str()));
    let themes = work.themes.iter().map(|slug| ("theme", slug.as_str()));
    for (scheme, slug) in kinds.chain(themes) {
        let attributes = [
            ("term", slug),
            ("scheme", &context.addresses.scheme(scheme)),
            ("label", context.label(scheme, slug)),
        ];
        entry.empty("category", &attributes)?;
    }
    Ok(())
}

fn rights(entry: &mut Document, work: &Work, context: &AtomContext<'_>) -> io::Result<()> {
    let terms = work.reuse_terms.as_str();
    let label = context.label("reuse-terms", terms);
    let text = match &work.credit_line {
        Some(credit) => format!("{credit} · {label}"),
        None => label.to_owned(),
    };
    entry.text("rights", &[], &text)?;
    let concept = context.vocabularies.find("reuse-terms", terms);
    let deed = concept.and_then(|concept| concept.terms()?.deed.as_deref());
    match deed {
        Some(deed) => link(entry, "license", deed, &[]),
        None => Ok(()),
    }
}

fn link(
    parent: &mut Document,
    rel: &str,
    address: &str,
    others: &[(&str, &str)],
) -> io::Result<()> {
    let attributes = [&[("rel", rel), ("href", address)], others].concat();
    parent.empty("link", &attributes)
}

impl AtomContext<'_> {
    /// The name of a concept; its slug when it has none.
    fn label<'s>(&'s self, scheme: &str, slug: &'s str) -> &'s str {
        let label = self.vocabularies.label(scheme, slug, self.language);
        label.unwrap_or(slug)
    }
}
