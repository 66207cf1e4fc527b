//! The works of `benches/corpus.py` as the yardstick and the peers take them.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};

use khochung::storage::vocabulary;
use serde::Deserialize;
use serde_json::json;

use crate::folding;

/// The facets that are counted, as the archive calls them, and the vocabulary of each.
pub(crate) const FACETS: [(&str, Option<&str>); 11] = [
    ("kind", Some("product-kind")),
    ("language", None),
    ("year", None),
    ("theme", Some("theme")),
    ("strand", Some("strand")),
    ("instrument", Some("instrument")),
    ("rights_group", Some("rights-group")),
    ("audience", Some("audience")),
    ("place", Some("place")),
    ("organisation", Some("organisation")),
    ("reuse_terms", None),
];

/// A line of the corpus.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Work {
    titles: BTreeMap<String, String>,
    descriptions: BTreeMap<String, String>,
    body: String,
    credit_line: String,
    made: String,
    kind: String,
    strand: String,
    organisation: String,
    reuse_terms: String,
    languages: Vec<String>,
    themes: Vec<String>,
    instruments: Vec<String>,
    rights_groups: Vec<String>,
    audiences: Vec<String>,
    places: Vec<String>,
}

impl Work {
    /// Title, description, and body.
    pub(crate) fn texts(&self) -> [&str; 3] {
        fn first(texts: &BTreeMap<String, String>) -> &str {
            texts.values().next().map_or("", String::as_str)
        }
        [first(&self.titles), first(&self.descriptions), &self.body]
    }

    /// What the archive searches beside these: the credit line and every name of every concept.
    pub(crate) fn added(&self, names: &Names) -> String {
        let mut added = self.credit_line.clone();
        for ((_, scheme), value) in FACETS.iter().zip(self.facets()) {
            let of_concept = scheme.and_then(|scheme| names.0.get(&format!("{scheme}/{value}")));
            for name in of_concept.into_iter().flatten() {
                added.push('\n');
                added.push_str(name);
            }
        }
        added
    }

    /// The value of each of [`FACETS`]; works of the corpus have one of each.
    pub(crate) fn facets(&self) -> [&str; FACETS.len()] {
        fn first(values: &[String]) -> &str {
            values.first().map_or("", String::as_str)
        }
        [
            &self.kind,
            first(&self.languages),
            self.made.get(..4).unwrap_or_default(),
            first(&self.themes),
            &self.strand,
            first(&self.instruments),
            first(&self.rights_groups),
            first(&self.audiences),
            first(&self.places),
            &self.organisation,
            &self.reuse_terms,
        ]
    }
}

/// The names of concepts in all languages, by scheme and slug.
pub(crate) struct Names(HashMap<String, Vec<String>>);

impl Names {
    /// Those of the shipped vocabularies.
    pub(crate) fn shipped() -> Self {
        let mut names: HashMap<String, Vec<String>> = HashMap::new();
        for label in vocabulary::load(None).unwrap().labels() {
            let key = format!("{}/{}", label.scheme, label.slug);
            names.entry(key).or_default().push(label.text.to_owned());
        }
        Self(names)
    }
}

/// Reads works one by one.
pub(crate) fn read(path: &str) -> impl Iterator<Item = Work> {
    let lines = BufReader::with_capacity(1 << 20, File::open(path).unwrap()).lines();
    lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap())
}

/// Prints works with folded texts, and the title as it is for showing.
pub(crate) fn print_folded(path: &str) {
    let names = Names::shipped();
    let mut out = BufWriter::new(std::io::stdout().lock());
    for (number, work) in read(path).enumerate() {
        let texts = work.texts();
        let [title, description, body] = texts.map(folding::folded);
        let added = folding::folded(&work.added(&names));
        let [kind, language, year, theme, ..] = work.facets();
        let line = json!({
            "_key": number, "shown": texts[0], "title": title, "description": description,
            "body": body, "added": added,
            "kind": kind, "language": language, "year": year, "theme": theme,
        });
        writeln!(out, "{line}").unwrap();
    }
    out.flush().unwrap();
}
