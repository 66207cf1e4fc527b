//! The JSON form of search results.

use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::access::Actor;
use crate::domain::access::policy::sees_everything;
use crate::domain::asset::{Asset, AssetId};
use crate::interfaces::http::html::escape;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::records::Records;
use crate::interfaces::http::schemas;
use crate::interfaces::wire::{AssetDto, Inclusions};
use crate::services::search::{
    Expansion, ExpansionReason, FacetCounts, FacetValue, Hit, Interpretation, MatchMode,
    PlaceFilter, SearchResponse, Snippet, TextField, Timings,
};

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SearchAnswer)]
pub struct SearchAnswerDto {
    /// The hits of this page, in the requested order.
    items: Vec<HitDto>,
    /// How many works match.
    total: TotalDto,
    /// `all-words`: every hit has all words. `some-words`: few have, so others are there too.
    #[schema(value_type = schemas::MatchingName, inline)]
    matching: &'static str,
    /// Counted facets. A facet does not heed its own filter.
    facets: Vec<FacetDto>,
    /// What was understood, changed and added.
    interpretation: InterpretationDto,
    /// Cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// The requested event was not searchable in time.
    stale: bool,
    /// The time ran out: there may be more and better hits, and hits without snippets.
    partial: bool,
    /// The last event this answer knows of.
    event: u64,
    /// Where the time went; in tenths of a second, except for staff.
    took: TookDto,
}

/// How many works match.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SearchTotal)]
pub struct TotalDto {
    /// The number.
    works: u64,
    /// False when there may be more.
    exact: bool,
}

/// One found work.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Hit)]
pub struct HitDto {
    /// The work, without its full text.
    asset: AssetDto,
    /// How well it matches, in two significant digits; 0 in other orders than relevance.
    score: f32,
    /// Pieces of its texts with the words in them, best first.
    snippets: Vec<SnippetDto>,
    /// Ids of near-duplicates, reprints of its text or copies of its picture, which have no hit of
    /// their own.
    duplicates: Vec<String>,
}

/// A piece of a text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Snippet)]
pub struct SnippetDto {
    /// Where it is from.
    #[schema(value_type = schemas::SnippetField, inline)]
    field: &'static str,
    /// Language of a title or description.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    /// SHA-256 of the transcript, captions or document it was read from.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// The piece as text.
    text: String,
    /// The piece as HTML: escaped, with the words in `<mark>`.
    html: String,
    /// In a long text: number of the paragraph, from 1; where there is a page, within it.
    #[serde(skip_serializing_if = "Option::is_none")]
    paragraph: Option<usize>,
    /// In a text with times: when it is said, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    at_ms: Option<u64>,
    /// In a document with pages or slides: number of the page, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<usize>,
}

/// A counted facet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FacetCounts)]
pub struct FacetDto {
    /// Its name, which is also that of its parameter.
    name: &'static str,
    /// Its values, most frequent first.
    values: Vec<FacetValueDto>,
}

/// A value of a facet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FacetValue)]
pub struct FacetValueDto {
    /// What to ask for.
    value: String,
    /// What it is called.
    label: String,
    /// Works you would see when choosing it.
    works: u64,
    /// It is chosen.
    chosen: bool,
}

/// What was made of the text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Interpretation)]
pub struct InterpretationDto {
    /// Results are shown for this instead of what was typed; `verbatim=true` insists.
    #[serde(skip_serializing_if = "Option::is_none")]
    showing_results_for: Option<String>,
    /// Perhaps this was meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    did_you_mean: Option<String>,
    /// Names that were added; `without` strikes one out.
    expansions: Vec<ExpansionDto>,
    /// The places of the filter; each takes the narrower ones with it.
    places: Vec<PlaceFilterDto>,
}

/// A place of the filter.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlaceFilter)]
pub struct PlaceFilterDto {
    /// Its slug.
    value: String,
    /// What it is called.
    label: String,
    /// How many narrower places it takes with it.
    narrower: usize,
}

/// Names that were added for some of the words.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Expansion)]
pub struct ExpansionDto {
    /// For `without`.
    id: String,
    /// The words that named it.
    matched: String,
    /// Why they were added.
    #[schema(value_type = schemas::ExpansionReasonName, inline)]
    reason: &'static str,
    /// What was added.
    added: Vec<String>,
}

/// Milliseconds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SearchTook)]
pub struct TookDto {
    /// Waiting for an event to become searchable, and for other searches to end.
    waiting_ms: f64,
    /// Finding, counting and ordering.
    finding_ms: f64,
    /// Fetching works and making snippets.
    showing_ms: f64,
}

impl SearchAnswerDto {
    /// What this actor may read of an answer, with its works as records.
    ///
    /// # Errors
    /// Those of the catalogue.
    pub async fn render(
        mut found: SearchResponse,
        actor: &Actor,
        records: &Records,
        include: Inclusions,
    ) -> Result<Self, Problem> {
        let hits = std::mem::take(&mut found.hits).into_iter();
        let (works, matches): (Vec<Asset>, Vec<HitMatch>) = hits.map(HitMatch::of).unzip();
        let works = records.render_without_bodies(actor, works, include).await?;
        let hits = works.into_iter().zip(matches);
        Ok(Self {
            items: hits
                .map(|(work, found)| HitDto::new(work, found, actor))
                .collect(),
            total: TotalDto {
                works: found.total.works,
                exact: found.total.is_exact,
            },
            matching: match found.matching {
                MatchMode::AllWords => "all-words",
                MatchMode::AnySelectiveTerm => "some-words",
            },
            facets: found.facets.into_iter().map(FacetDto::from).collect(),
            interpretation: InterpretationDto::new(found.interpretation, found.places),
            next: found.next.map(|cursor| cursor.to_text()),
            stale: found.is_stale,
            partial: found.is_partial,
            event: found.event.0,
            took: TookDto::render(found.took, actor),
        })
    }
}

/// What a hit has beside its work.
struct HitMatch {
    score: f32,
    snippets: Vec<Snippet>,
    duplicates: Vec<AssetId>,
}

impl HitMatch {
    fn of(hit: Hit) -> (Asset, Self) {
        let found = Self {
            score: hit.score,
            snippets: hit.snippets,
            duplicates: hit.duplicates,
        };
        (hit.asset, found)
    }
}

impl HitDto {
    fn new(work: AssetDto, found: HitMatch, actor: &Actor) -> Self {
        Self {
            asset: work,
            score: shown_score(found.score, actor),
            snippets: found.snippets.into_iter().map(SnippetDto::from).collect(),
            duplicates: found.duplicates.iter().map(ToString::to_string).collect(),
        }
    }
}

/// Two significant digits, except for staff: further ones could tell of hidden works.
fn shown_score(score: f32, actor: &Actor) -> f32 {
    if sees_everything(actor) || !score.is_normal() {
        return score;
    }
    let unit = 10_f32.powf(score.abs().log10().floor() - 1.0);
    (score / unit).round() * unit
}

impl From<Snippet> for SnippetDto {
    fn from(snippet: Snippet) -> Self {
        let (field, language, file) = match snippet.field {
            TextField::Title(language) => ("title", Some(language), None),
            TextField::Description(language) => ("description", Some(language), None),
            TextField::Body => ("body", None, None),
            TextField::Transcript(file) => ("transcript", None, Some(file)),
            TextField::Document(file) => ("document", None, Some(file)),
            TextField::Credit => ("credit", None, None),
        };
        Self {
            field,
            language: language.map(|tag| tag.to_string()),
            file: file.map(|sha256| sha256.to_hex()),
            html: marked(&snippet.fragment.text, &snippet.fragment.highlights),
            text: snippet.fragment.text,
            paragraph: snippet.passage.map(|passage| passage.paragraph),
            at_ms: snippet.passage.and_then(|passage| passage.at_ms),
            page: snippet.passage.and_then(|passage| passage.page),
        }
    }
}

/// The text as HTML with some ranges (ascending, apart) in `<mark>`.
fn marked(text: &str, highlights: &[std::ops::Range<usize>]) -> String {
    let mut html = String::with_capacity(text.len() + highlights.len() * 13);
    let mut done = 0;
    for range in highlights {
        let (before, lit) = (text.get(done..range.start), text.get(range.clone()));
        if let (Some(before), Some(lit)) = (before, lit) {
            escape(before, &mut html);
            html.push_str("<mark>");
            escape(lit, &mut html);
            html.push_str("</mark>");
            done = range.end;
        }
    }
    escape(text.get(done..).unwrap_or_default(), &mut html);
    html
}

impl From<FacetCounts> for FacetDto {
    fn from(counts: FacetCounts) -> Self {
        let value = |value: FacetValue| FacetValueDto {
            value: value.value,
            label: value.label,
            works: value.works,
            chosen: value.is_selected,
        };
        Self {
            name: counts.facet.name(),
            values: counts.values.into_iter().map(value).collect(),
        }
    }
}

impl InterpretationDto {
    fn new(interpretation: Interpretation, places: Vec<PlaceFilter>) -> Self {
        let place = |place: PlaceFilter| PlaceFilterDto {
            value: place.value,
            label: place.label,
            narrower: place.narrower,
        };
        Self {
            showing_results_for: interpretation.showing_results_for,
            did_you_mean: interpretation.did_you_mean,
            expansions: interpretation
                .expansions
                .into_iter()
                .map(ExpansionDto::from)
                .collect(),
            places: places.into_iter().map(place).collect(),
        }
    }
}

impl From<Expansion> for ExpansionDto {
    fn from(expansion: Expansion) -> Self {
        Self {
            id: expansion.id,
            matched: expansion.matched,
            reason: match expansion.reason {
                ExpansionReason::SameConcept => "same-concept",
                ExpansionReason::Narrower => "narrower",
                ExpansionReason::Succession => "succession",
                ExpansionReason::Translation => "translation",
            },
            added: expansion.added,
        }
    }
}

impl TookDto {
    /// Staff read the times as measured. For everybody else they are whole tenths of a second: how long a
    /// search took tells whether hidden works have its words.
    fn render(took: Timings, actor: &Actor) -> Self {
        let is_staff = sees_everything(actor);
        let ms = |time: Duration| {
            let ms = time.as_secs_f64() * 1e3;
            if is_staff {
                (ms * 1e3).round() / 1e3
            } else {
                (ms / 100.0).round() * 100.0
            }
        };
        Self {
            waiting_ms: ms(took.waiting),
            finding_ms: ms(took.finding),
            showing_ms: ms(took.presenting),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::marked;

    #[test]
    fn what_a_work_says_cannot_become_markup() {
        let text = "<script>quyền</script> & \"trẻ em\"";
        let html = marked(text, &[8..15, 28..33]);
        assert_eq!(
            html,
            "&lt;script&gt;<mark>quyền</mark>&lt;/script&gt; &amp; &quot;<mark>trẻ</mark> em&quot;"
        );
    }
}
