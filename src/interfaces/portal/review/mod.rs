//! The review queue: the works that wait on one side, one of them with its conditions and decisions on the other.
//!
//! A decision names the revision that was shown, so that nobody decides about what somebody else has just changed, and
//! opens the next work of the queue.

mod conflict;
mod decision;
mod queue_page;
mod view;

use actix_web::{HttpResponse, web};

use super::page::PageRequest;
use super::works;
use crate::app::Archive;
use crate::domain::access::{Actor, Operation, policy};
use crate::domain::asset::{Asset, AssetId, StateName};
use crate::interfaces::http::authentication::Counted;
use crate::interfaces::http::extract::guard::{Allowed, Review};
use crate::interfaces::http::extract::query::WorkId;
use crate::interfaces::http::frame::Caller;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::portal::review::ReviewTexts;
use crate::interfaces::portal::form::{FormFields, PostedForm};
use crate::interfaces::portal::place::Place;
use crate::interfaces::portal::refusal::{self, sentence, words};
use crate::services::search::admission::requester::Requester;
use crate::services::search::{Facet, Order, SearchRequest};
use crate::services::works::ChangeError;
use decision::Decision;
use queue_page::{QUEUE, QueuePage};
use view::{Answer, ReviewPage, Selected};

/// Shows the queue with its first work.
///
/// # Errors
/// Those of search and catalogue.
pub async fn show(
    actor: Allowed<Review>,
    counted: Counted,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let queue = Queue::read(&actor, counted.0, &page, &archive).await?;
    let first = queue.works.first().map(|work| work.id);
    queue.respond(first, Answer::default()).await
}

/// Shows the queue with one work.
///
/// # Errors
/// [`Problem::NotFound`]; those of search and catalogue.
pub async fn show_work(
    actor: Allowed<Review>,
    counted: Counted,
    id: WorkId,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let queue = Queue::read(&actor, counted.0, &page, &archive).await?;
    queue.respond(Some(id.0), Answer::default()).await
}

/// Makes a decision and opens the next work; shows the work again with the reasons when it is refused.
///
/// # Errors
/// [`Problem::NotFound`]; those of search and catalogue.
pub async fn decide(
    form: PostedForm<Review>,
    counted: Counted,
    id: WorkId,
    caller: web::ReqData<Caller>,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let mut answer = Answer {
        reason: form.fields.text("reason").to_owned(),
        ..Answer::default()
    };
    if !form.is_resumed() {
        let decision = Decision::read(&form.fields)?;
        match decision.make(&form.actor, id.0, &archive).await {
            Ok(_) => {
                let queue = QueuePage::of(&page);
                return Ok(page.redirect(&queue.href(next(&form.fields), page.language)));
            }
            Err(ChangeError::Stale { .. }) => {
                let (shown, language) = (decision.revision, page.language);
                let reader = (&form.actor, &counted.0);
                answer.refusal = vec![ReviewTexts::of(language).changed.to_owned()];
                match conflict::since(shown, reader, id.0, &archive, language).await {
                    Ok(changed) => answer.changed = changed,
                    // The reason that was typed is worth more than the comparison.
                    Err(problem) => answer.refusal.push(sentence(&caller, &problem)),
                }
            }
            Err(error) => answer.refusal = words(refusal::reasons(&caller, error.into())?),
        }
    }
    let queue = Queue::read(&form.actor, counted.0, &page, &archive).await?;
    queue.respond(Some(id.0), answer).await
}

/// The work that stood after the decided one; another editor may have decided it meanwhile, and its page says so.
fn next(fields: &FormFields) -> Place {
    let next = fields.text("next").parse();
    next.map_or(Place::Review, Place::ReviewWork)
}

/// The works that wait for a decision.
struct Queue<'a> {
    actor: &'a Actor,
    page: &'a PageRequest,
    archive: &'a Archive,
    works: Vec<Asset>,
    shown: QueuePage,
}

impl<'a> Queue<'a> {
    /// Reads the page of it that is asked for, those that wait longest first. The search has them last, so that all are
    /// looked at.
    async fn read(
        actor: &'a Actor,
        requester: Requester,
        page: &'a PageRequest,
        archive: &'a Archive,
    ) -> Result<Self, Problem> {
        let mut request = SearchRequest::for_text("");
        request.requester = requester;
        request.order = Order::Changed;
        request.limit = SearchRequest::MAX_LIMIT;
        (request.group_duplicates, request.with_snippets) = (false, false);
        for state in [StateName::Submitted, StateName::Accepted] {
            request.filters.add(Facet::State, state.name());
        }
        let mut waiting = Vec::new();
        loop {
            let found = archive.search.search(actor, request.clone()).await?;
            let works = found.hits.into_iter().map(|hit| hit.asset);
            waiting.extend(works.map(works::without_body));
            request.after = found.next;
            if request.after.is_none() {
                break;
            }
        }
        let shown = QueuePage::of(page).with_more(waiting.len());
        let works = waiting.into_iter().rev().skip(shown.first()).take(QUEUE);
        Ok(Self {
            works: works.collect(),
            shown,
            actor,
            page,
            archive,
        })
    }

    /// The page with this work, and the answer to a decision on it.
    async fn respond(
        self,
        chosen: Option<AssetId>,
        answer: Answer,
    ) -> Result<HttpResponse, Problem> {
        let selected = match chosen {
            Some(id) => Some(self.select(id).await?.with_reason(&answer.reason)),
            None => None,
        };
        let vocabularies = &self.archive.vocabularies;
        let records =
            works::records(self.actor, self.works, &self.archive.delivery, vocabularies).await?;
        let view = ReviewPage::new(
            (self.page, self.shown),
            &records,
            selected,
            answer,
            vocabularies,
        );
        self.page.respond(&view)
    }

    async fn select(&self, id: AssetId) -> Result<Selected, Problem> {
        let archive = self.archive;
        let (asset, list) = archive.curation.checklist(self.actor, id).await?;
        let possible = Decision::possible(self.actor, &asset);
        let may_edit = policy::may(self.actor, Operation::Edit, &asset);
        let checklist = crate::interfaces::wire::ChecklistDto::new(&asset, &list);
        let works = vec![asset];
        let records =
            works::records(self.actor, works, &archive.delivery, &archive.vocabularies).await?;
        let record = records.into_iter().next().ok_or(Problem::NotFound)?;
        let language = self.page.language;
        Ok(Selected::new(
            &record,
            &checklist,
            (possible, may_edit),
            (self.shown, language),
            &archive.vocabularies,
        ))
    }
}
