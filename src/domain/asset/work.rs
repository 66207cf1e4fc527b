//! The description of a work: what a contributor sends and an editor changes.

use super::{AssetId, Consent, PeopleShown};
use crate::domain::{LanguageMap, LanguageTag, Slug, Timestamp, WorkDate};

/// The description of a work. All texts are NFC; concept slugs exist in their schemes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// At least one title.
    pub titles: LanguageMap,
    /// Summaries or captions.
    pub descriptions: LanguageMap,
    /// Scheme `product-kind`.
    pub kind: Option<Slug>,
    /// Credited creators as printed.
    pub creators: Vec<Creator>,
    /// Scheme `organisation`: the depositing organisation.
    pub organisation: Option<Slug>,
    /// Languages of the work itself.
    pub languages: Vec<LanguageTag>,
    /// Scheme `strand`.
    pub strand: Option<Slug>,
    /// Scheme `theme`.
    pub themes: Vec<Slug>,
    /// Scheme `instrument`.
    pub instruments: Vec<Slug>,
    /// Scheme `rights-group`.
    pub rights_groups: Vec<Slug>,
    /// Scheme `udhr-article`.
    pub udhr_articles: Vec<Slug>,
    /// Scheme `audience`.
    pub audiences: Vec<Slug>,
    /// Scheme `place`: the places as they were when the work was made.
    pub places: Vec<Slug>,
    /// When it was made.
    pub made: Option<WorkDate>,
    /// Full text of a text work, script or lyrics.
    pub body: Option<String>,
    /// How to credit a reuse.
    pub credit_line: Option<String>,
    /// Scheme `reuse-terms`; [`Work::RIGHTS_NOT_REVIEWED`] until an editor has looked.
    pub reuse_terms: Slug,
    /// Whether people can be recognised and on what basis they are shown.
    pub people_shown: PeopleShown,
    /// How far the consent reaches, when people are shown on the basis of one.
    pub consent: Option<Consent>,
    /// An identifiable minor is shown.
    pub minors_shown: bool,
    /// Who may see it once it is published.
    pub access: Access,
    /// Not before this moment, even when published.
    pub embargo_until: Option<Timestamp>,
    /// When its publication is to be reviewed again.
    pub review_on: Option<WorkDate>,
    /// Links to other works.
    pub relations: Vec<Relation>,
    /// Its numbers and names elsewhere.
    pub identifiers: Vec<Identifier>,
}

impl Work {
    /// The reuse terms of a work whose rights are not reviewed.
    pub const RIGHTS_NOT_REVIEWED: &'static str = "rights-not-reviewed";
    /// The reuse terms of a work that may be linked to but not delivered.
    pub const LINK_ONLY: &'static str = "link-only";

    /// Whether others get only a link to it, and none of its files.
    pub fn is_link_only(&self) -> bool {
        self.reuse_terms.as_str() == Self::LINK_ONLY
    }

    /// An empty description.
    ///
    /// # Panics
    /// Never: the default terms are a well-formed slug.
    #[expect(clippy::expect_used, reason = "the constant is a slug")]
    pub fn new() -> Self {
        Self {
            titles: LanguageMap::default(),
            descriptions: LanguageMap::default(),
            kind: None,
            creators: Vec::new(),
            organisation: None,
            languages: Vec::new(),
            strand: None,
            themes: Vec::new(),
            instruments: Vec::new(),
            rights_groups: Vec::new(),
            udhr_articles: Vec::new(),
            audiences: Vec::new(),
            places: Vec::new(),
            made: None,
            body: None,
            credit_line: None,
            reuse_terms: Slug::parse(Self::RIGHTS_NOT_REVIEWED)
                .expect("`rights-not-reviewed` is a slug"),
            people_shown: PeopleShown::NotAssessed,
            consent: None,
            minors_shown: false,
            access: Access::Public,
            embargo_until: None,
            review_on: None,
            relations: Vec::new(),
            identifiers: Vec::new(),
        }
    }

    /// Calls a work without title by the beginning of its description, else of its text, as
    /// cataloguers devise titles for what carries none (RDA 2.3.2.10).
    pub fn devise_title(&mut self) {
        if !self.titles.is_empty() {
            return;
        }
        let mut descriptions = self.descriptions.iter();
        let described = descriptions
            .next()
            .map(|(language, text)| (Some(language.clone()), text));
        let written = || {
            let body = self.body.as_deref()?;
            Some((self.languages.first().cloned(), body))
        };
        let Some((language, text)) = described.or_else(written) else {
            return;
        };
        let language = language.or_else(|| LanguageTag::parse("vi").ok());
        if let (Some(language), Some(title)) = (language, beginning(text)) {
            self.titles.insert(language, title);
        }
    }
}

/// Words and characters of a devised title at most.
const DEVISED_WORDS: usize = 12;
const DEVISED_CHARACTERS: usize = 120;

/// The first words of the first line that has any, with an ellipsis where it goes on.
fn beginning(text: &str) -> Option<String> {
    let line = text.lines().find(|line| !line.trim().is_empty())?;
    let mut words = line.split_whitespace();
    let first: Vec<&str> = words.by_ref().take(DEVISED_WORDS).collect();
    let ellipsis = if words.next().is_some() { "…" } else { "" };
    let title: String = first.join(" ").chars().take(DEVISED_CHARACTERS).collect();
    Some(title + ellipsis)
}

impl Default for Work {
    fn default() -> Self {
        Self::new()
    }
}

/// A credited creator. Names are kept as printed and never split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Creator {
    /// As printed on the work.
    pub name: String,
    /// What they did, as printed: author, camera, voice.
    pub role: Option<String>,
}

/// Who may see a published work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Access {
    /// Everybody.
    #[default]
    Public,
    /// Stations, partner systems and all state bodies.
    Partner,
    /// Contributors and editors of state bodies.
    StateInternal,
}

impl Access {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 3] = [
        ("public", Self::Public),
        ("partner", Self::Partner),
        ("state-internal", Self::StateInternal),
    ];
}

/// A directed link to another work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// What this work is to the target.
    pub kind: RelationType,
    /// The other work.
    pub target: AssetId,
}

/// How two works belong together (DCMI terms where they exist).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RelationType {
    /// The same content in another language.
    TranslationOf,
    /// `dcterms:isPartOf`: an item of an exhibition, an issue of a series.
    PartOf,
    /// `dcterms:isVersionOf`: an edition or cut.
    VersionOf,
    /// Explains, corrects or rebuts the target.
    Clarifies,
}

impl RelationType {
    /// Every value with its wire name.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("translation-of", Self::TranslationOf),
        ("part-of", Self::PartOf),
        ("version-of", Self::VersionOf),
        ("clarifies", Self::Clarifies),
    ];
}

/// The target of a relation as a caller may write it: an id, or an identifier to look up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelationTarget {
    /// The archive's own id.
    Id(AssetId),
    /// `scheme:value`, resolved when the work is deposited.
    Identifier(Identifier),
}

/// A number or name of the work elsewhere, e.g. scheme `document-number`, `155/KH-UBND`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier {
    /// Which numbering: a slug.
    pub scheme: Slug,
    /// The value as printed.
    pub value: String,
}
