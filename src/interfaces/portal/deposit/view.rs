//! What the pages of a deposit show.

use askama::Template;

use super::fields::{self, Description, FieldError, FieldView};
use super::uploaded::{MAX_UPLOADS, uploads_of};
use crate::app::Archive;
use crate::domain::access::{Actor, Operation, policy};
use crate::domain::asset::{AssetId, State};
use crate::domain::hex;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::uploads::UPLOADS_PATH;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::deposit::{self as texts, DepositTexts};
use crate::interfaces::portal::assets;
use crate::interfaces::portal::form::FormFields;
use crate::interfaces::portal::href::Href;
use crate::interfaces::portal::layout::Layout;
use crate::interfaces::portal::page::PageRequest;
use crate::interfaces::portal::place::Place;
use crate::interfaces::portal::works::{self, WorkCard};
use crate::interfaces::wire::{ChecklistDto, ConditionDto};

/// The form of a new work.
#[derive(Template)]
#[template(path = "deposit/new.html")]
pub(super) struct NewPage {
    layout: Layout,
    t: &'static DepositTexts,
    action: Href,
    /// By which the archive recognises that the form was sent before.
    key: String,
    fields: Vec<FieldView>,
    errors: Vec<FieldError>,
    scripts: Scripts,
    /// Fields about files that were uploaded, when the form is shown again.
    uploads: Vec<(String, String)>,
    /// Whether the form is shown again with what was typed.
    is_unsaved: bool,
}

/// What eases the form.
struct Scripts {
    save: Href,
    upload: Href,
    tus: Href,
    /// Where files are sent by tus.
    uploads: Href,
    upload_limit: usize,
    upload_limit_text: String,
}

impl Scripts {
    fn new(language: Language) -> Self {
        Self {
            save: assets::href("draft.js"),
            upload: assets::href("uploads.js"),
            tus: assets::href("tus.min.js"),
            uploads: Href::own(UPLOADS_PATH),
            upload_limit: MAX_UPLOADS,
            upload_limit_text: texts::file_limit(MAX_UPLOADS, language),
        }
    }
}

/// A work in progress: its description, its files, what is missing, or the receipt once it is submitted.
#[derive(Template)]
#[template(path = "deposit/draft.html")]
pub(super) struct DraftPage {
    layout: Layout,
    t: &'static DepositTexts,
    action: Href,
    files_action: Href,
    submit_action: Href,
    revision: u64,
    id: AssetId,
    card: WorkCard,
    updated_at: String,
    is_editable: bool,
    is_submitted: bool,
    reasons: Vec<String>,
    refusal: Vec<String>,
    fields: Vec<FieldView>,
    errors: Vec<FieldError>,
    files: Vec<String>,
    missing: Vec<String>,
    /// What was typed about pictures.
    alt_text: String,
    scripts: Scripts,
    uploads: Vec<(String, String)>,
    is_unsaved: bool,
}

impl NewPage {
    pub(super) fn new(
        page: &PageRequest,
        description: &Description,
        errors: Vec<FieldError>,
        archive: &Archive,
    ) -> Self {
        let t = DepositTexts::of(page.language);
        Self {
            layout: page.layout(t.title, Place::Deposit),
            t,
            action: Place::Deposit.href(page.language),
            key: hex(&archive.clock.random_bytes::<16>()),
            fields: fields::views(description, &errors, page.language, archive),
            errors,
            scripts: Scripts::new(page.language),
            uploads: Vec::new(),
            is_unsaved: false,
        }
    }

    /// The page with what was sent, which was not saved, and the files that were uploaded for it.
    pub(super) fn shown_again(self, sent: &FormFields) -> Self {
        Self {
            uploads: uploads_of(sent),
            is_unsaved: true,
            ..self
        }
    }
}

impl DraftPage {
    /// Reads the work and its conditions.
    ///
    /// # Errors
    /// [`Problem::NotFound`], [`Problem::Forbidden`]; those of the catalogue.
    pub(super) async fn read(
        actor: &Actor,
        id: AssetId,
        page: &PageRequest,
        archive: &Archive,
    ) -> Result<Self, Problem> {
        let (asset, list) = archive.curation.checklist(actor, id).await?;
        let checklist = ChecklistDto::new(&asset, &list);
        let is_editable = policy::may(actor, Operation::Edit, &asset);
        let is_submitted = !matches!(asset.state, State::Draft | State::Returned { .. });
        let works = vec![asset];
        let records =
            works::records(actor, works, &archive.delivery, &archive.vocabularies).await?;
        let record = records.into_iter().next().ok_or(Problem::NotFound)?;
        let (t, language) = (DepositTexts::of(page.language), page.language);
        let file = |file: &crate::interfaces::wire::FileDto| {
            texts::file(&file.name, &file.media_type, file.size, language)
        };
        let is_missing = |condition: &&ConditionDto| condition.state == "missing";
        let missing = checklist.conditions.iter().filter(is_missing);
        let how =
            |condition: &ConditionDto| language.pick(&condition.how.vi, &condition.how.en).clone();
        let place = |place: Place| place.href(language);
        Ok(Self {
            layout: page.layout(t.edit_title, Place::Draft(id)),
            t,
            action: place(Place::Draft(id)),
            files_action: place(Place::DraftFiles(id)),
            submit_action: place(Place::DraftSubmission(id)),
            revision: record.revision,
            id,
            card: WorkCard::new(&record, &archive.vocabularies, language),
            updated_at: record.updated_at.clone(),
            is_editable,
            is_submitted,
            reasons: record
                .return_reasons
                .iter()
                .filter_map(|reason| reason.text.clone())
                .collect(),
            refusal: Vec::new(),
            fields: fields::views(&Description::of(&record.work), &[], language, archive),
            errors: Vec::new(),
            files: record.files.iter().map(file).collect(),
            missing: missing.map(how).collect(),
            alt_text: String::new(),
            scripts: Scripts::new(page.language),
            uploads: Vec::new(),
            is_unsaved: false,
        })
    }

    /// The page with what was typed, and what is wrong with it.
    pub(super) fn with_description(
        self,
        sent: &Description,
        errors: Vec<FieldError>,
        archive: &Archive,
    ) -> Self {
        Self {
            fields: fields::views(sent, &errors, self.layout.language, archive),
            errors,
            is_unsaved: true,
            ..self
        }
    }

    /// The page with what was typed, and beside it what somebody else has written meanwhile.
    pub(super) fn with_conflict(self, sent: &Description, archive: &Archive) -> Self {
        let typed = fields::views(sent, &[], self.layout.language, archive);
        let both = typed.into_iter().zip(&self.fields);
        Self {
            fields: both
                .map(|(typed, present)| typed.against(present))
                .collect(),
            is_unsaved: true,
            ..self
        }
    }

    /// The page with what was typed before the session ended: a description with its uploads, or that of a picture.
    /// What was typed for an earlier revision stands beside what is there now.
    pub(super) fn resumed(self, typed: &FormFields, archive: &Archive) -> Self {
        let page = Self {
            alt_text: typed.text("alt_text").to_owned(),
            uploads: uploads_of(typed),
            ..self
        };
        if !typed.has("title") {
            return page;
        }
        let is_current = typed.text("revision") == page.revision.to_string();
        let sent = Description::sent(typed);
        if is_current {
            page.with_description(&sent, Vec::new(), archive)
        } else {
            page.with_conflict(&sent, archive)
        }
    }

    /// The page with reasons why something was not done.
    pub(super) fn with_refusal(self, refusal: Vec<String>) -> Self {
        Self { refusal, ..self }
    }
}
