//! What came of each work, and undoing.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::view::{Row, Titles};
use crate::app::Archive;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::domain::asset::AssetId;
use crate::interfaces::http::extract::guard::{Allowed, FollowUp};
use crate::interfaces::http::extract::query::path_part;
use crate::interfaces::http::frame::Caller;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::bulk::{self as texts, BulkTexts};
use crate::interfaces::messages::portal::format;
use crate::interfaces::portal::assets;
use crate::interfaces::portal::form::PostedForm;
use crate::interfaces::portal::href::Href;
use crate::interfaces::portal::layout::Layout;
use crate::interfaces::portal::page::PageRequest;
use crate::interfaces::portal::place::Place;
use crate::interfaces::portal::refusal::sentence;
use crate::services::curation::bulk::{
    BulkError, BulkId, BulkState, ItemResult, Outcome, Phase, UndoOutcome,
};

/// Results on one page.
const SHOWN: usize = 100;

#[derive(Template)]
#[template(path = "bulk/result.html")]
struct ResultPage {
    layout: Layout,
    t: &'static BulkTexts,
    here: Href,
    act: &'static str,
    is_running: bool,
    is_undone: bool,
    undo_until: Option<String>,
    sums: Vec<(&'static str, u64, &'static str)>,
    rows: Vec<Row>,
    next: Option<Href>,
    refusal: Option<String>,
    script: Href,
}

/// Shows how far an act is.
///
/// # Errors
/// [`Problem::NotFound`]; those of the catalogue.
pub async fn show_result(
    actor: Allowed<FollowUp>,
    request: HttpRequest,
    caller: web::ReqData<Caller>,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let id = path_part(&request, "id")?;
    respond(&actor, id, &caller, &page, &archive, None).await
}

/// Changes the works of an act back.
///
/// # Errors
/// [`Problem::NotFound`]; those of the catalogue.
pub async fn undo(
    form: PostedForm<FollowUp>,
    request: HttpRequest,
    caller: web::ReqData<Caller>,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let id = path_part(&request, "id")?;
    if form.is_resumed() {
        return respond(&form.actor, id, &caller, &page, &archive, None).await;
    }
    let undone = archive.bulk.undo(&form.actor, id, None).await;
    let here = || page.redirect(&Place::BulkResult(id).href(page.language));
    match undone {
        Ok(_) => Ok(here()),
        Err(BulkError::WrongPhase) => {
            let phase = archive.bulk.read(&form.actor, id).await?.phase;
            // Sent twice, the second form finds the act undone.
            if matches!(phase, Phase::Undoing | Phase::Undone) {
                return Ok(here());
            }
            let running = BulkTexts::of(page.language).not_undone_yet.to_owned();
            respond(&form.actor, id, &caller, &page, &archive, Some(running)).await
        }
        Err(BulkError::TooLate) => {
            let refusal = caller.document(&Problem::TooLate).detail;
            respond(&form.actor, id, &caller, &page, &archive, Some(refusal)).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn respond(
    actor: &Actor,
    id: BulkId,
    caller: &Caller,
    page: &PageRequest,
    archive: &Archive,
    refusal: Option<String>,
) -> Result<HttpResponse, Problem> {
    let state = archive.bulk.read(actor, id).await?;
    let after = page.parameter("after").and_then(|after| after.parse().ok());
    let results = archive.bulk.results(actor, id, after, SHOWN).await?;
    let last = results.last().filter(|_| results.len() == SHOWN);
    let next = last.map(|last| last.item.position.to_string());
    let (t, language) = (BulkTexts::of(page.language), page.language);
    let id_of = |result: &ItemResult| result.item.asset.parse().map_err(|_| Problem::NotFound);
    let ids: Vec<AssetId> = results.iter().map(id_of).collect::<Result<_, Problem>>()?;
    let titles = Titles::read(actor, &ids, language, archive).await?;
    let rows = std::iter::zip(ids, results);
    let rows = rows.map(|(id, result)| row((id, result), &titles, caller, language));
    let here = Place::BulkResult(id);
    page.respond(&ResultPage {
        layout: page.layout(t.title, here),
        t,
        here: here.href(language),
        act: texts::act(state.act, language),
        is_running: matches!(state.phase, Phase::Running | Phase::Undoing),
        is_undone: state.phase == Phase::Undone,
        undo_until: undo_until(&state, archive).map(|at| format::moment(at, language)),
        sums: sums(&state, language),
        rows: rows.collect(),
        next: next.map(|next| here.href_with(language, [("after", next.as_str())])),
        refusal,
        script: assets::href("queue.js"),
    })
}

/// Until when the act can be undone; `None` when it cannot.
fn undo_until(state: &BulkState, archive: &Archive) -> Option<Timestamp> {
    let until = state.undo_until.filter(|_| state.phase == Phase::Done);
    until.filter(|until| archive.clock.now() < *until)
}

fn sums(state: &BulkState, language: Language) -> Vec<(&'static str, u64, &'static str)> {
    let counts = &state.counts;
    let all = [
        ("ask", counts.pending, "pending"),
        ("yes", counts.changed, "changed"),
        ("if", counts.unchanged, "unchanged"),
        ("ask", counts.refused, "refused"),
        ("yes", counts.undone, "undone"),
        ("ask", counts.not_undone, "not-undone"),
    ];
    let named = all.into_iter().filter(|(_, number, _)| *number > 0);
    named
        .map(|(sign, number, name)| (sign, number, texts::outcome(name, language)))
        .collect()
}

fn row(
    (id, result): (AssetId, ItemResult),
    titles: &Titles,
    caller: &Caller,
    language: Language,
) -> Row {
    let (sign, outcome) = match (&result.item.outcome, &result.item.undo) {
        (_, Some(UndoOutcome::Undone(_))) => ("yes", "undone"),
        (_, Some(UndoOutcome::Refused)) => ("ask", "not-undone"),
        (Outcome::Pending, None) => ("ask", "pending"),
        (Outcome::Changed(_), None) => ("yes", "changed"),
        (Outcome::Unchanged, None) => ("if", "unchanged"),
        (Outcome::Refused, None) => ("ask", "refused"),
    };
    let why = result
        .problem
        .map_or_else(String::new, |error| sentence(caller, &error.into()));
    titles.row(id, sign, texts::outcome(outcome, language), why)
}
