//! Works similar to a work: near-duplicates and related works.

use std::time::{Duration, Instant};

use super::similar_candidates::{related, with_copy_of, with_similar_text};
use crate::domain::PictureHash;
use crate::domain::access::Actor;
use crate::domain::asset::{Asset, AssetId};
use crate::services::search::analysis::sketch::Sketch;
use crate::services::search::error::SearchError;
use crate::services::search::filters::Filters;
use crate::services::search::index::document::sketch_text;
use crate::services::search::index::open_index::IndexError;
use crate::services::search::index::picture_hashes::PictureHashes;
use crate::services::search::matching::matcher::Matcher;
use crate::services::search::presenting::duplicates::DuplicateSignature;
use crate::services::search::presenting::visible_works::visible_works;
use crate::services::search::snapshot::viewer::Viewer;
use crate::services::search::state::SearchState;
use crate::services::works::hide_unseen_targets;

/// Candidates compared for near-duplicates.
const MAX_DUPLICATES: usize = 50;
/// Related works that are read beyond the number asked for.
const SPARE_WORKS: usize = 4;
/// Deadline for finding candidates.
const TIME_BUDGET: Duration = Duration::from_millis(500);

/// Works similar to a work.
#[derive(Debug, Clone, PartialEq)]
pub struct SimilarWorks {
    /// Near-duplicates: reprints of the text, copies of the pictures.
    pub duplicates: Vec<Asset>,
    /// Works with common selective terms and concepts, best first.
    pub related: Vec<Asset>,
}

/// The works similar to `id`; none when the actor may not see it.
pub(crate) async fn similar_works(
    state: &SearchState,
    actor: &Actor,
    id: AssetId,
    limit: usize,
) -> Result<Option<SimilarWorks>, SearchError> {
    let Some(asset) = visible_works(state, actor, &[id]).await?.pop() else {
        return Ok(None);
    };
    let pictures = PictureHashes::of(&*state.catalog, [&asset]).await?;
    // A duplicate has a copy of each picture, so the copies of the first include all duplicates.
    let picture = pictures.of_work(&asset).first().copied();
    let candidates = candidates(state, actor, &asset, picture, limit + MAX_DUPLICATES);
    let (duplicates, related) = candidates.map_err(IndexError::from)?;
    let mut duplicates = visible_works(state, actor, &duplicates).await?;
    let compared = [&asset].into_iter().chain(&duplicates);
    let pictures = PictureHashes::of(&*state.catalog, compared).await?;
    let original = signature(&asset, &pictures);
    duplicates.retain(|other| {
        other.id != id && original.is_near_duplicate_of(&signature(other, &pictures))
    });
    let is_other = |other: &AssetId| *other != id && duplicates.iter().all(|d| d.id != *other);
    // A few more than asked for: some may have become hidden since they were indexed.
    let related: Vec<AssetId> = related
        .into_iter()
        .filter(is_other)
        .take(limit + SPARE_WORKS)
        .collect();
    let mut related = visible_works(state, actor, &related).await?;
    related.truncate(limit);
    let shown = duplicates.iter_mut().chain(&mut related);
    hide_unseen_targets(&*state.catalog, actor, state.clock.now(), shown).await?;
    Ok(Some(SimilarWorks {
        duplicates,
        related,
    }))
}

/// Works that may be duplicates, and related works, from the index alone.
fn candidates(
    state: &SearchState,
    actor: &Actor,
    asset: &Asset,
    picture: Option<PictureHash>,
    max_related: usize,
) -> tantivy::Result<(Vec<AssetId>, Vec<AssetId>)> {
    let index = state.live();
    let searcher = index.searcher();
    let viewer = Viewer::new(actor, state.clock.now());
    let viewer = state.engine.cacheable_viewer(&searcher, &viewer)?;
    let matcher = Matcher {
        view: state.engine.view(&searcher, index.fields(), &viewer),
        filters: &Filters::default(),
        facets: &[],
        deadline: Instant::now() + TIME_BUDGET,
    };
    let mut duplicates = with_similar_text(&matcher, asset, MAX_DUPLICATES)?;
    if let Some(picture) = picture {
        let copies = with_copy_of(&matcher, picture, MAX_DUPLICATES)?;
        let new = copies.into_iter().filter(|id| !duplicates.contains(id));
        duplicates.extend(new.collect::<Vec<_>>());
    }
    let related = related(&matcher, asset, max_related)?;
    Ok((duplicates, related))
}

fn signature(work: &Asset, pictures: &PictureHashes) -> DuplicateSignature {
    let sketch = sketch_text(&work.work).and_then(Sketch::of);
    DuplicateSignature::new(work, sketch.map(|sketch| sketch.short()), pictures)
}
