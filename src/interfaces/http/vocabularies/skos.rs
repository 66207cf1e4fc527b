//! Schemes and concepts as SKOS in JSON-LD 1.1.
//!
//! Every address is absolute, every date has a type, and the document contains the context, so
//! that a reader needs nothing else. What SKOS has no word for (dated codes, statements on
//! instruments) is only in the plain JSON form: no properties are invented.

use serde_json::{Map, Value, json};

use crate::domain::WorkDate;
use crate::domain::vocabulary::{Concept, Direction, Period, Scheme};
use crate::domain::{LanguageMap, Slug};
use crate::services::sharing::Addresses;

/// A scheme with all its concepts.
pub fn scheme(addresses: &Addresses<'_>, scheme: &Scheme) -> Value {
    let mut nodes = vec![scheme_node(addresses, scheme)];
    nodes.extend(
        scheme
            .concepts()
            .map(|concept| concept_node(addresses, scheme, concept)),
    );
    json!({ "@context": context(), "@graph": nodes })
}

/// One concept with the head of its scheme.
pub fn concept(addresses: &Addresses<'_>, scheme: &Scheme, concept: &Concept) -> Value {
    let mut head = scheme_node(addresses, scheme);
    if let Some(node) = head.as_object_mut() {
        node.remove("skos:hasTopConcept");
    }
    let nodes = [head, concept_node(addresses, scheme, concept)];
    json!({ "@context": context(), "@graph": nodes })
}

/// Every scheme without its concepts.
pub fn schemes<'a>(addresses: &Addresses<'_>, schemes: impl Iterator<Item = &'a Scheme>) -> Value {
    let nodes: Vec<_> = schemes
        .map(|scheme| scheme_node(addresses, scheme))
        .collect();
    json!({ "@context": context(), "@graph": nodes })
}

fn context() -> Value {
    let by_language = |term: &str| json!({ "@id": term, "@container": "@language" });
    let address = |term: &str| json!({ "@id": term, "@type": "@id" });
    let mut context = json!({
        "@version": 1.1,
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "dct": "http://purl.org/dc/terms/",
        "owl": "http://www.w3.org/2002/07/owl#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "dct:valid": { "@id": "dct:valid", "@type": "dct:Period" },
    });
    for term in [
        "dct:title",
        "dct:description",
        "skos:prefLabel",
        "skos:altLabel",
        "skos:note",
    ] {
        context[term] = by_language(term);
    }
    for term in [
        "dct:license",
        "dct:isReplacedBy",
        "dct:replaces",
        "rdfs:seeAlso",
        "skos:hasTopConcept",
        "skos:topConceptOf",
        "skos:inScheme",
        "skos:broader",
        "skos:narrower",
        "skos:related",
        "skos:broadMatch",
    ] {
        context[term] = address(term);
    }
    context
}

fn scheme_node(addresses: &Addresses<'_>, scheme: &Scheme) -> Value {
    let head = &scheme.head;
    let tops = scheme
        .top_concepts()
        .map(|top| addresses.concept(head.slug.as_str(), top.slug.as_str()));
    let mut node = Node::new(addresses.scheme(head.slug.as_str()), "skos:ConceptScheme");
    node.texts("dct:title", &head.title);
    node.texts("dct:description", &head.description);
    node.one("dct:license", Some(head.licence.as_str()));
    node.one("dct:source", head.source.as_deref());
    node.one("owl:versionInfo", Some(head.version.as_str()));
    node.several("skos:hasTopConcept", tops.collect());
    node.into_value()
}

fn concept_node(addresses: &Addresses<'_>, scheme: &Scheme, concept: &Concept) -> Value {
    let within = &scheme.head.slug;
    let address = |slug: &Slug| addresses.concept(within.as_str(), slug.as_str());
    let near = |direction| -> Vec<String> {
        let neighbours = scheme.neighbours(concept.slug.as_str(), direction);
        neighbours.map(|other| address(&other.slug)).collect()
    };
    let mut node = Node::new(address(&concept.slug), "skos:Concept");
    node.one("skos:inScheme", Some(addresses.scheme(within.as_str())));
    if concept.broader.is_empty() {
        node.one("skos:topConceptOf", Some(addresses.scheme(within.as_str())));
    }
    node.texts("skos:prefLabel", &concept.labels);
    for (language, text) in &concept.alternative_labels {
        node.text("skos:altLabel", language.as_str(), text);
    }
    node.several("skos:notation", concept.notation.clone());
    node.several("skos:broader", near(Direction::Broader));
    node.several("skos:narrower", near(Direction::Narrower));
    node.several(
        "skos:related",
        concept.related.iter().map(address).collect(),
    );
    node.several("dct:isReplacedBy", near(Direction::Successors));
    node.several("dct:replaces", near(Direction::Predecessors));
    node.one("dct:valid", dcmi_period(&concept.validity));
    for note in &concept.notes {
        for (language, text) in note.text.iter() {
            node.text("skos:note", language.as_str(), text);
        }
    }
    let sources = concept.notes.iter().filter_map(|note| note.source.clone());
    node.several("dct:source", sources.collect());
    let adopted = concept
        .instrument()
        .and_then(|instrument| instrument.adopted.as_ref());
    node.one(
        "dct:issued",
        adopted.map(|adopted| typed_date(&adopted.date)),
    );
    node.one(
        "rdfs:seeAlso",
        concept.terms().and_then(|terms| terms.deed.clone()),
    );
    let types = concept
        .kind()
        .map_or(&[][..], |kind| &kind.dcmi_types)
        .iter()
        .map(|dcmi| format!("http://purl.org/dc/dcmitype/{}", dcmi.name()));
    node.several("skos:broadMatch", types.collect());
    node.into_value()
}

/// A DCMI Period (DCMI Period Encoding Scheme), none for a period without ends.
fn dcmi_period(period: &Period) -> Option<String> {
    let start = period.from.map(|date| format!("start={date}; "));
    let end = period.to.map(|date| format!("end={date}; "));
    let ends = [start, end].into_iter().flatten().collect::<String>();
    (!ends.is_empty()).then(|| format!("{ends}scheme=W3C-DTF;"))
}

/// A date with the XML Schema type that fits its precision.
fn typed_date(date: &WorkDate) -> Value {
    let text = date.to_string();
    let data_type = match text.len() {
        4 => "xsd:gYear",
        7 => "xsd:gYearMonth",
        _ => "xsd:date",
    };
    json!({ "@value": text, "@type": data_type })
}

/// A node under construction: properties without value are left out.
struct Node(Map<String, Value>);

impl Node {
    fn new(id: String, node_type: &str) -> Self {
        let mut properties = Map::new();
        properties.insert("@id".into(), id.into());
        properties.insert("@type".into(), node_type.into());
        Self(properties)
    }

    fn one(&mut self, property: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.0.insert(property.into(), value.into());
        }
    }

    fn several(&mut self, property: &str, values: Vec<String>) {
        if !values.is_empty() {
            self.0.insert(property.into(), values.into());
        }
    }

    fn texts(&mut self, property: &str, texts: &LanguageMap) {
        let by_language: Map<_, _> = texts
            .iter()
            .map(|(tag, text)| (tag.to_string(), Value::from(text)))
            .collect();
        if !by_language.is_empty() {
            self.0.insert(property.into(), by_language.into());
        }
    }

    /// Adds one of several texts of a language.
    fn text(&mut self, property: &str, language: &str, text: &str) {
        let by_language = self.0.entry(property).or_insert_with(|| json!({}));
        match &mut by_language[language] {
            Value::Array(texts) => texts.push(text.into()),
            first => *first = json!([text]),
        }
    }

    fn into_value(self) -> Value {
        Value::Object(self.0)
    }
}
