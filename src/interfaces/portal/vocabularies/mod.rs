//! The vocabularies for readers: every list by which works are described, as a tree and in Vietnamese alphabetical order,
//! with the number of works that the reader may see for each term.

mod term;
mod tree;

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::counting;
use super::href::Href;
use super::layout::Layout;
use super::page::PageRequest;
use super::place::Place;
use crate::app::Archive;
use crate::domain::access::Actor;
use crate::domain::vietnamese_order::SortKey;
use crate::domain::vocabulary::{Concept, Scheme};
use crate::interfaces::http::authentication::Counted;
use crate::interfaces::http::extract::guard::{Allowed, Read};
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::portal::vocabularies::{self as texts, VocabularyTexts};
use crate::interfaces::portal::works::Text;
use crate::services::search::Facet;
use crate::services::search::admission::requester::Requester;
use term::{TermView, Terms};
use tree::Row;

/// The parameter for a scheme, and the value of `order` for the alphabetical list.
const SCHEME: &str = "scheme";
const ALPHABETICAL: &str = "alphabetical";

#[derive(Template)]
#[template(path = "vocabularies.html")]
struct ListPage {
    layout: Layout,
    t: &'static VocabularyTexts,
    schemes: Vec<SchemeView>,
}

/// A scheme in the list of all.
struct SchemeView {
    title: Text,
    description: Option<Text>,
    terms: String,
    href: Href,
}

#[derive(Template)]
#[template(path = "vocabulary.html")]
struct SchemePage {
    layout: Layout,
    t: &'static VocabularyTexts,
    all: Href,
    scheme: SchemeView,
    source: Option<String>,
    /// The same terms as a tree or in alphabetical order.
    orders: [(&'static str, Href, bool); 2],
    rows: Vec<Row<TermView>>,
}

/// Shows the list of schemes; with `scheme` the terms of one, as a tree or with `order=alphabetical` in that order.
///
/// # Errors
/// [`Problem::NotFound`] for an unknown scheme; those of the search.
pub async fn show(
    actor: Allowed<Read>,
    counted: Counted,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let Some(name) = page.parameter(SCHEME) else {
        return page.respond(&ListPage::new(&page, &archive));
    };
    let scheme = archive.vocabularies.scheme(&name);
    let scheme = scheme.ok_or(Problem::NotFound)?;
    let counts = counts(&actor, counted.0, scheme, &archive).await?;
    let terms = Terms {
        scheme,
        counts: &counts,
        facet: facet(scheme),
        language: page.language,
    };
    let is_alphabetical = page.parameter("order").as_deref() == Some(ALPHABETICAL);
    let rows = if is_alphabetical {
        tree::flat(alphabetical(&terms), |concept| terms.view(concept))
    } else {
        let today = archive.clock.now().day();
        tree::nested(scheme, &today, |concept| terms.view(concept))
    };
    page.respond(&SchemePage::new(&page, scheme, rows, is_alphabetical))
}

/// The facet whose values are the terms of a scheme.
fn facet(scheme: &Scheme) -> Option<Facet> {
    match scheme.head.slug.as_str() {
        "language" => Some(Facet::Language),
        slug => {
            let mut facets = Facet::ALL.into_iter();
            facets.find_map(|(facet, _, of)| (of == Some(slug)).then_some(facet))
        }
    }
}

/// How many works that the reader may see have each term.
async fn counts(
    actor: &Actor,
    requester: Requester,
    scheme: &Scheme,
    archive: &Archive,
) -> Result<HashMap<String, u64>, Problem> {
    let Some(facet) = facet(scheme) else {
        return Ok(HashMap::new());
    };
    let mut request = counting::request(requester);
    (request.facets, request.facet_values) = (vec![facet], scheme.len());
    let found = counting::counts(actor, request, archive).await?;
    let values = found.facets.into_iter().flat_map(|counts| counts.values);
    Ok(values.map(|value| (value.value, value.works)).collect())
}

fn alphabetical<'a>(terms: &Terms<'a>) -> Vec<&'a Concept> {
    let mut concepts: Vec<&Concept> = terms.scheme.concepts().collect();
    let tag = terms.language.tag();
    concepts.sort_by_cached_key(|concept| {
        SortKey::new(concept.labels.best(tag).unwrap_or_default())
            .as_bytes()
            .to_vec()
    });
    concepts
}

impl ListPage {
    fn new(page: &PageRequest, archive: &Archive) -> Self {
        let t = VocabularyTexts::of(page.language);
        let schemes = archive.vocabularies.schemes();
        Self {
            layout: page.layout(t.title, Place::Vocabularies),
            t,
            schemes: schemes
                .map(|scheme| SchemeView::new(scheme, page))
                .collect(),
        }
    }
}

impl SchemeView {
    fn new(scheme: &Scheme, page: &PageRequest) -> Self {
        let language = page.language;
        let slug = scheme.head.slug.as_str();
        Self {
            title: Text::nearest_or_id(&scheme.head.title, language, slug),
            description: Text::nearest(&scheme.head.description, language),
            terms: texts::terms(scheme.len(), language),
            href: Place::Vocabularies.href_with(language, [(SCHEME, slug)]),
        }
    }
}

impl SchemePage {
    fn new(
        page: &PageRequest,
        scheme: &Scheme,
        rows: Vec<Row<TermView>>,
        is_alphabetical: bool,
    ) -> Self {
        let (language, t) = (page.language, VocabularyTexts::of(page.language));
        let view = SchemeView::new(scheme, page);
        let slug = scheme.head.slug.as_str();
        let query = [(SCHEME, slug), ("order", ALPHABETICAL)];
        let alphabetical = Place::Vocabularies.href_with(language, query);
        Self {
            layout: page.layout(view.title.text.clone(), Place::Vocabularies),
            t,
            all: Place::Vocabularies.href(language),
            source: scheme.head.source.clone(),
            orders: [
                (t.tree, view.href.clone(), !is_alphabetical),
                (t.alphabetical, alphabetical, is_alphabetical),
            ],
            scheme: view,
            rows,
        }
    }
}
