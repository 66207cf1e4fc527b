//! What the page of the queue shows.

use askama::Template;

use super::conflict::Changed;
use super::queue_page::QueuePage;
use crate::domain::asset::{ReviewDecision, StateName};
use crate::domain::vocabulary::Vocabularies;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::review::{self as texts, ReviewTexts};
use crate::interfaces::portal::assets;
use crate::interfaces::portal::href::Href;
use crate::interfaces::portal::layout::Layout;
use crate::interfaces::portal::page::PageRequest;
use crate::interfaces::portal::place::Place;
use crate::interfaces::portal::works::{Text, WorkCard};
use crate::interfaces::wire::{AssetDto, ChecklistDto, ConditionDto};

#[derive(Template)]
#[template(path = "review.html")]
pub(super) struct ReviewPage {
    layout: Layout,
    t: &'static ReviewTexts,
    queue: Vec<Waiting>,
    selected: Option<Selected>,
    answer: Answer,
    /// The work after the selected one.
    next: String,
    bulk: Href,
    previous_page: Option<Href>,
    next_page: Option<Href>,
    script: Href,
}

/// The answer to a decision that was not made.
#[derive(Default)]
pub(super) struct Answer {
    /// Why.
    pub(super) refusal: Vec<String>,
    /// What somebody else has changed meanwhile.
    pub(super) changed: Vec<Changed>,
    /// The reason that was typed.
    pub(super) reason: String,
}

/// A work in the queue.
struct Waiting {
    card: WorkCard,
    href: Href,
    state: &'static str,
    is_selected: bool,
}

/// The work that is decided on.
pub(super) struct Selected {
    id: String,
    card: WorkCard,
    state: &'static str,
    revision: u64,
    description: Option<Text>,
    body: Option<Text>,
    action: Href,
    edit: Option<Href>,
    conditions: Vec<ConditionView>,
    is_met: bool,
    buttons: Vec<(&'static str, &'static str)>,
    may_return: bool,
    may_withdraw: bool,
    /// The reason that was typed.
    reason: String,
}

/// A condition of publication.
struct ConditionView {
    sign: &'static str,
    state: &'static str,
    text: String,
}

impl ReviewPage {
    pub(super) fn new(
        (page, shown): (&PageRequest, QueuePage),
        records: &[AssetDto],
        selected: Option<Selected>,
        answer: Answer,
        vocabularies: &Vocabularies,
    ) -> Self {
        let language = page.language;
        let t = ReviewTexts::of(language);
        let waiting = |record: &AssetDto| Waiting {
            card: WorkCard::new(record, vocabularies, language),
            href: shown.href(place_of(&record.id), language),
            state: state(record.state, language),
            is_selected: selected.as_ref().is_some_and(|work| work.id == record.id),
        };
        Self {
            layout: page.layout(t.title, Place::Review),
            t,
            queue: records.iter().map(waiting).collect(),
            next: next(records, selected.as_ref()),
            selected,
            answer,
            bulk: Place::Bulk.href(language),
            previous_page: shown.previous(language),
            next_page: shown.next(language),
            script: assets::href("queue.js"),
        }
    }
}

/// The id of the work that stands after this one; empty at the end.
fn next(records: &[AssetDto], selected: Option<&Selected>) -> String {
    let mut following = records
        .iter()
        .skip_while(|record| selected.is_none_or(|selected| selected.id != record.id));
    following
        .nth(1)
        .map(|record| record.id.clone())
        .unwrap_or_default()
}

impl Selected {
    pub(super) fn new(
        record: &AssetDto,
        checklist: &ChecklistDto,
        (possible, may_edit): (Vec<ReviewDecision>, bool),
        (shown, language): (QueuePage, Language),
        vocabularies: &Vocabularies,
    ) -> Self {
        let t = ReviewTexts::of(language);
        let button = |kind: &ReviewDecision| match kind {
            ReviewDecision::Accept => Some(("accept", t.accept)),
            ReviewDecision::Approve => Some(("approve", t.approve)),
            ReviewDecision::Publish => Some(("publish", t.publish)),
            ReviewDecision::Return | ReviewDecision::Withdraw => None,
        };
        let needed = checklist
            .conditions
            .iter()
            .filter(|one| one.state != "not-applicable");
        Self {
            id: record.id.clone(),
            card: WorkCard::new(record, vocabularies, language),
            state: state(record.state, language),
            revision: checklist.revision,
            description: Text::best(&record.work.descriptions, language),
            body: record.work.body.clone().map(|text| Text {
                language: record
                    .work
                    .languages
                    .first()
                    .map_or("vi", String::as_str)
                    .to_owned(),
                text,
            }),
            action: shown.href(place_of(&record.id), language),
            edit: record
                .id
                .parse()
                .ok()
                .filter(|_| may_edit)
                .map(|id| Place::Draft(id).href(language)),
            conditions: needed
                .map(|one| ConditionView::new(one, language))
                .collect(),
            is_met: checklist.is_met,
            buttons: possible.iter().filter_map(button).collect(),
            may_return: possible.contains(&ReviewDecision::Return),
            may_withdraw: possible.contains(&ReviewDecision::Withdraw),
            reason: String::new(),
        }
    }

    /// The work with a reason that was typed before.
    pub(super) fn with_reason(self, reason: &str) -> Self {
        Self {
            reason: reason.to_owned(),
            ..self
        }
    }
}

impl ConditionView {
    fn new(condition: &ConditionDto, language: Language) -> Self {
        let t = ReviewTexts::of(language);
        let is_met = condition.state == "met";
        let text = condition.problem.as_ref().unwrap_or(&condition.how);
        let how = language.pick(&condition.how.vi, &condition.how.en);
        let text = language.pick(&text.vi, &text.en);
        Self {
            sign: if is_met { "yes" } else { "ask" },
            state: if is_met { t.met } else { t.missing },
            text: if text == how {
                how.clone()
            } else {
                format!("{text} {how}")
            },
        }
    }
}

fn place_of(id: &str) -> Place {
    id.parse().map_or(Place::Review, Place::ReviewWork)
}

fn state(name: &str, language: Language) -> &'static str {
    StateName::from_name(name).map_or("", |state| texts::state(state, language))
}
