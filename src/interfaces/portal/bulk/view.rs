//! What the form and the preview show.

use std::collections::HashMap;

use askama::Template;

use super::request::{FIELDS, SEARCH_FIELD, SharedField, WORK_FIELD, parameters};
use crate::app::Archive;
use crate::domain::access::Actor;
use crate::domain::asset::AssetId;
use crate::domain::hex;
use crate::interfaces::http::extract::guard::FollowUp;
use crate::interfaces::http::frame::Caller;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::bulk::{self as texts, BulkTexts};
use crate::interfaces::messages::portal::review;
use crate::interfaces::portal::choices;
use crate::interfaces::portal::form::{FormFields, PostedForm, TOKEN_FIELD};
use crate::interfaces::portal::href::Href;
use crate::interfaces::portal::layout::Layout;
use crate::interfaces::portal::page::PageRequest;
use crate::interfaces::portal::place::Place;
use crate::interfaces::portal::refusal::sentence;
use crate::interfaces::portal::works::Text;
use crate::services::curation::bulk::{Act, Preview};

/// Works of a preview that are shown.
const SHOWN: usize = 100;

/// The acts in the order of the form.
const ACTS: [&str; Act::NAMES.len()] = ["describe", "submit", "return", "publish", "withdraw"];

/// The form.
#[derive(Template)]
#[template(path = "bulk/form.html")]
pub(super) struct FormPage {
    layout: Layout,
    t: &'static BulkTexts,
    action: Href,
    /// Which works: hidden fields.
    selection: Vec<(&'static str, String)>,
    selected: String,
    acts: Vec<(&'static str, &'static str, bool)>,
    fields: Vec<FieldView>,
    reason: String,
    refusal: Vec<String>,
}

struct FieldView {
    name: &'static str,
    label: String,
    is_list: bool,
    mode: String,
    value: String,
    options: Vec<(String, String)>,
}

/// What the act would do.
#[derive(Template)]
#[template(path = "bulk/preview.html")]
pub(super) struct PreviewPage {
    layout: Layout,
    t: &'static BulkTexts,
    action: Href,
    notice: Option<&'static str>,
    act: &'static str,
    /// Sign, number and words of each result.
    sums: Vec<(&'static str, usize, &'static str)>,
    rows: Vec<Row>,
    is_part: bool,
    /// What is sent on.
    fields: Vec<(String, String)>,
    total: usize,
    key: String,
}

/// A work and what comes of it.
pub(super) struct Row {
    pub(super) href: Href,
    pub(super) title: Text,
    pub(super) sign: &'static str,
    pub(super) outcome: &'static str,
    pub(super) why: String,
}

impl FormPage {
    pub(super) fn new(
        page: &PageRequest,
        fields: &FormFields,
        refusal: Vec<String>,
        archive: &Archive,
    ) -> Self {
        let (t, language) = (BulkTexts::of(page.language), page.language);
        let works: Vec<&str> = fields.all(WORK_FIELD).collect();
        let search = fields.text(SEARCH_FIELD);
        let named = works.iter().map(|work| (WORK_FIELD, (*work).to_owned()));
        let found = (!search.is_empty()).then(|| (SEARCH_FIELD, search.to_owned()));
        let chosen = Some(fields.text("act")).filter(|act| !act.is_empty());
        let act = |name| {
            let is_chosen = chosen.unwrap_or("describe") == name;
            (name, texts::act(name, language), is_chosen)
        };
        Self {
            layout: page.layout(t.title, Place::Bulk),
            t,
            action: Place::Bulk.href(language),
            selected: if search.is_empty() {
                texts::works(works.len(), language)
            } else {
                let parameters = parameters(search).into_iter();
                let named = parameters.map(|(name, value)| format!("{name}: {value}"));
                format!("{}: {}", t.all_found, named.collect::<Vec<_>>().join(", "))
            },
            selection: named.chain(found).collect(),
            acts: ACTS.into_iter().map(act).collect(),
            fields: FIELDS
                .iter()
                .map(|field| FieldView::new(field, fields, page, archive))
                .collect(),
            reason: fields.text("reason").to_owned(),
            refusal,
        }
    }
}

impl FieldView {
    fn new(field: &SharedField, sent: &FormFields, page: &PageRequest, archive: &Archive) -> Self {
        let (name, language) = (field.name, page.language);
        let scheme = field.scheme;
        Self {
            name,
            label: review::field(name, language).to_owned(),
            is_list: field.is_list,
            mode: sent.text(&format!("mode-{name}")).to_owned(),
            value: sent.text(&format!("value-{name}")).to_owned(),
            options: scheme.map_or_else(Vec::new, |scheme| choices::of(scheme, language, archive)),
        }
    }
}

impl PreviewPage {
    pub(super) async fn read(
        form: &PostedForm<FollowUp>,
        page: &PageRequest,
        caller: &Caller,
        previews: Vec<Preview>,
        notice: Option<&'static str>,
        archive: &Archive,
    ) -> Result<Self, Problem> {
        let (t, language) = (BulkTexts::of(page.language), page.language);
        let count = |of: fn(&Preview) -> bool| previews.iter().filter(|one| of(one)).count();
        let changed = count(|one| matches!(one.result, Ok(true)));
        let unchanged = count(|one| matches!(one.result, Ok(false)));
        let refused = count(|one| one.result.is_err());
        let words = |name| texts::outcome(name, language);
        let total = previews.len();
        let fields = carried(&form.fields, &previews);
        let mut shown = previews;
        shown.sort_by_key(|one| one.result.is_ok());
        shown.truncate(SHOWN);
        let ids: Vec<AssetId> = shown.iter().map(|one| one.selected.id).collect();
        let titles = Titles::read(&form.actor, &ids, language, archive).await?;
        let row = |preview: Preview| {
            let (sign, outcome, why) = match preview.result {
                Ok(true) => ("yes", "changed", String::new()),
                Ok(false) => ("if", "unchanged", String::new()),
                Err(error) => ("ask", "refused", sentence(caller, &error.into())),
            };
            titles.row(preview.selected.id, sign, words(outcome), why)
        };
        let rows: Vec<Row> = shown.into_iter().map(row).collect();
        Ok(Self {
            layout: page.layout(t.preview_title, Place::Bulk),
            t,
            action: Place::Bulk.href(language),
            notice,
            act: texts::act(form.fields.text("act"), language),
            sums: vec![
                ("yes", changed, words("changed")),
                ("if", unchanged, words("unchanged")),
                ("ask", refused, words("refused")),
            ],
            is_part: total > rows.len(),
            rows,
            fields,
            total,
            key: hex(&archive.clock.random_bytes::<16>()),
        })
    }
}

/// The fields of the form, with the works at the revisions that the preview shows.
fn carried(sent: &FormFields, previews: &[Preview]) -> Vec<(String, String)> {
    let is_search = !sent.text(SEARCH_FIELD).is_empty();
    let kept = sent.pairs().iter().filter(|(name, _)| {
        ![WORK_FIELD, TOKEN_FIELD, "step", "total", "key"].contains(&name.as_str())
    });
    let pinned = previews.iter().filter(|_| !is_search).map(|preview| {
        let id = preview.selected.id;
        let revision = preview.selected.revision;
        let text = revision.map_or_else(|| id.to_string(), |at| format!("{id}@{}", at.0));
        (WORK_FIELD.to_owned(), text)
    });
    kept.cloned().chain(pinned).collect()
}

/// The titles of works that the actor may see.
pub(super) struct Titles {
    titles: HashMap<AssetId, Text>,
    language: Language,
}

impl Titles {
    /// Reads them, all at once.
    ///
    /// # Errors
    /// Those of the catalogue.
    pub(super) async fn read(
        actor: &Actor,
        ids: &[AssetId],
        language: Language,
        archive: &Archive,
    ) -> Result<Self, Problem> {
        let mut titles = HashMap::new();
        let mut rest = ids;
        // Works with long texts come in several parts.
        while !rest.is_empty() {
            let (works, examined) = archive.sharing.read_many(actor, rest, false).await?;
            titles.extend(works.iter().map(|work| {
                let title = Text::nearest_or_id(&work.work.titles, language, work.id);
                (work.id, title)
            }));
            rest = rest.get(examined.max(1)..).unwrap_or_default();
        }
        Ok(Self { titles, language })
    }

    /// The row of a work; one that the actor may not see has only its id.
    pub(super) fn row(
        &self,
        id: AssetId,
        sign: &'static str,
        outcome: &'static str,
        why: String,
    ) -> Row {
        let title = self.titles.get(&id).cloned();
        Row {
            href: Place::Work(id).href(self.language),
            title: title.unwrap_or_else(|| Text {
                language: self.language.tag().to_owned(),
                text: id.to_string(),
            }),
            sign,
            outcome,
            why,
        }
    }
}
