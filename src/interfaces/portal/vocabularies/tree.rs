//! Terms as a tree for a template, which writes lists without calling itself: each row says whether a list begins below
//! it, and how many end behind it.

use std::collections::HashMap;

use crate::domain::WorkDate;
use crate::domain::vocabulary::{Concept, Scheme};

/// A term in its list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row<T> {
    /// The term.
    pub(super) term: T,
    /// A list of narrower terms begins below it.
    pub(super) opens: bool,
    /// So many lists end behind it.
    pub(super) closes: usize,
}

/// The terms in this order, without levels.
pub(super) fn flat<T>(concepts: Vec<&Concept>, view: impl Fn(&Concept) -> T) -> Vec<Row<T>> {
    let row = |concept| Row {
        term: view(concept),
        opens: false,
        closes: 0,
    };
    concepts.into_iter().map(row).collect()
}

/// The terms below their wholes: those of today, and of what ended the last ones.
pub(super) fn nested<T>(
    scheme: &Scheme,
    today: &WorkDate,
    view: impl Fn(&Concept) -> T,
) -> Vec<Row<T>> {
    let mut below: HashMap<Option<&str>, Vec<&Concept>> = HashMap::new();
    for concept in scheme.concepts() {
        below
            .entry(whole(scheme, concept, today))
            .or_default()
            .push(concept);
    }
    let children = |slug| {
        let concepts = below.get(&slug).map_or(&[][..], Vec::as_slice);
        concepts.iter().rev().copied()
    };
    let mut waiting: Vec<(&Concept, usize)> = children(None).map(|top| (top, 0)).collect();
    let mut in_order = Vec::new();
    while let Some((concept, depth)) = waiting.pop() {
        in_order.push((concept, depth));
        let narrower = children(Some(concept.slug.as_str()));
        waiting.extend(narrower.map(|narrower| (narrower, depth + 1)));
    }
    let depth_behind = in_order.iter().skip(1).map(|(_, depth)| *depth).chain([0]);
    let rows = in_order.iter().zip(depth_behind.collect::<Vec<_>>());
    let row = |((concept, depth), behind): (&(&Concept, usize), usize)| Row {
        term: view(concept),
        opens: behind > *depth,
        closes: depth.saturating_sub(behind),
    };
    rows.map(row).collect()
}

/// The concept below which a concept stands.
fn whole<'a>(scheme: &'a Scheme, concept: &'a Concept, today: &WorkDate) -> Option<&'a str> {
    let mut links = concept.broader.iter();
    let current = links.find(|link| link.period.covers(today));
    let link = current.or(concept.broader.last())?;
    let whole = scheme.find(link.value.as_str())?;
    Some(whole.slug.as_str())
}
