//! The works in progress of a contributor.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::app::Archive;
use crate::domain::asset::StateName;
use crate::interfaces::http::authentication::Counted;
use crate::interfaces::http::extract::guard::{Allowed, Deposit};
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::portal::deposit::DepositTexts;
use crate::interfaces::messages::portal::review::state;
use crate::interfaces::portal::href::Href;
use crate::interfaces::portal::layout::Layout;
use crate::interfaces::portal::page::PageRequest;
use crate::interfaces::portal::place::Place;
use crate::interfaces::portal::works::{self, WorkCard};
use crate::interfaces::wire::AssetDto;
use crate::services::search::{Facet, Order, SearchRequest};

/// Works on the page.
const WORKS: usize = 100;

#[derive(Template)]
#[template(path = "deposit/mine.html")]
struct MinePage {
    layout: Layout,
    t: &'static DepositTexts,
    tables: Href,
    works: Vec<Mine>,
}

struct Mine {
    card: WorkCard,
    href: Href,
    state: &'static str,
    reasons: Vec<String>,
}

/// Shows the works that the caller may see and that are not public yet, those changed last first.
///
/// # Errors
/// Those of search and catalogue.
pub async fn show_mine(
    actor: Allowed<Deposit>,
    counted: Counted,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let mut request = SearchRequest::for_text("");
    (request.requester, request.limit) = (counted.0, WORKS);
    (request.order, request.group_duplicates) = (Order::Changed, false);
    for state in [
        StateName::Draft,
        StateName::Returned,
        StateName::Submitted,
        StateName::Accepted,
    ] {
        request.filters.add(Facet::State, state.name());
    }
    let found = archive.search.search(&actor, request).await?;
    let works = found.hits.into_iter().map(|hit| hit.asset).collect();
    let records = works::records(&actor, works, &archive.delivery, &archive.vocabularies).await?;
    let language = page.language;
    let mine = |record: &AssetDto| Mine {
        card: WorkCard::new(record, &archive.vocabularies, language),
        href: record
            .id
            .parse()
            .map_or(Place::Mine, Place::Draft)
            .href(language),
        state: StateName::from_name(record.state).map_or("", |name| state(name, language)),
        reasons: record
            .return_reasons
            .iter()
            .filter_map(|reason| reason.text.clone())
            .collect(),
    };
    let t = DepositTexts::of(language);
    page.respond(&MinePage {
        layout: page.layout(t.my_works, Place::Mine),
        tables: Place::Tables.href(language),
        works: records.iter().map(mine).collect(),
        t,
    })
}
