//! One act on many works: a form, a preview of what would come of each, the result of each, and undoing for a day.
//!
//! The works are those that were selected, at the revisions that the preview showed, or all that a search finds. A form
//! that is sent twice acts once.

mod request;
mod result;
mod view;

use actix_web::{HttpResponse, web};

use super::form::PostedForm;
use super::page::PageRequest;
use super::place::Place;
use super::refusal;
use crate::app::Archive;
use crate::interfaces::http::authentication::Counted;
use crate::interfaces::http::extract::guard::{Allowed, FollowUp};
use crate::interfaces::http::extract::query;
use crate::interfaces::http::frame::Caller;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::portal::bulk::BulkTexts;
use request::Request;
pub use result::{show_result, undo};
use view::{FormPage, PreviewPage};

/// Shows the form for the works that the query names: `work` for each, or the parameters of a search.
///
/// # Errors
/// [`Problem::MalformedRequest`]; those of the search.
pub async fn show(
    _: Allowed<FollowUp>,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let pairs: Vec<(String, String)> = query::parse(page.query())?;
    let fields = request::selection_of_query(pairs);
    page.respond(&FormPage::new(&page, &fields, Vec::new(), &archive))
}

/// Shows what the act would do, or does it.
///
/// # Errors
/// Those of the search and of the catalogue.
pub async fn send(
    form: PostedForm<FollowUp>,
    counted: Counted,
    caller: web::ReqData<Caller>,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let fields = &form.fields;
    let show_form = |reasons| page.respond(&FormPage::new(&page, fields, reasons, &archive));
    if form.is_resumed() || fields.text("step") == "edit" {
        return show_form(Vec::new());
    }
    let read = Request::read(&form.actor, &counted.0, fields, page.language, &archive).await;
    let request = match read {
        Ok(request) => request,
        Err(problem) => {
            let reasons = refusal::reasons(&caller, problem)?;
            return show_form(refusal::words(reasons));
        }
    };
    let number = request.works.len().to_string();
    let is_previewed = fields.text("step") == "run";
    if !is_previewed || fields.text("total") != number {
        let notice = is_previewed.then(|| BulkTexts::of(page.language).number_changed);
        let bulk = archive.bulk.clone();
        let (actor, admission) = (form.actor.clone(), archive.search.admission());
        let (act, works) = (request.act, request.works);
        let previews = async move { bulk.preview(&actor, &act, &works).await };
        let previews = admission.run(&counted.0, previews).await??;
        let view = PreviewPage::read(&form, &page, &caller, previews, notice, &archive).await?;
        return page.respond(&view);
    }
    let once = fields.idempotent_request("");
    let reason = Some(fields.text("reason")).filter(|reason| !reason.is_empty());
    let (bulk, act) = (&archive.bulk, &request.act);
    let started = bulk.start(&form.actor, act, &request.works, reason, Some(&once));
    let id = started.await?.result.id.parse();
    let id = id.map_err(|_| Problem::internal("the id of a bulk act"))?;
    Ok(page.redirect(&Place::BulkResult(id).href(page.language)))
}
