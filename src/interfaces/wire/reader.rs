//! Reads JSON values into domain values and collects every broken rule.
//!
//! Each function returns what it could read; the rest is reported with its pointer and left out, so that
//! all violations are found in one pass.

use std::collections::HashSet;
use std::hash::Hash;

use serde_json::Value;

use super::pointer::Pointer;
use crate::domain::asset::limits;
use crate::domain::text::Limit;
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{LanguageMap, LanguageTag, Rule, Slug, Violations};

/// Reads one document.
pub(super) struct JsonReader<'v> {
    vocabularies: &'v Vocabularies,
    violations: Violations,
}

/// How a text is checked: `text::line` or `text::prose`.
pub(super) type TextCheck = fn(&str, Limit) -> Result<String, Rule>;

impl<'v> JsonReader<'v> {
    pub(super) fn new(vocabularies: &'v Vocabularies) -> Self {
        Self {
            vocabularies,
            violations: Violations::default(),
        }
    }

    /// The value, if no rule was broken.
    pub(super) fn finish<T>(self, value: T) -> Result<T, Violations> {
        self.violations.into_result(value)
    }

    pub(super) fn refuse(&mut self, at: &Pointer<'_>, rule: Rule) {
        self.violations.push(at, rule);
    }

    /// Whether a violation was reported at this pointer or below it.
    pub(super) fn has_violation_below(&self, pointer: &str) -> bool {
        self.violations
            .listed()
            .iter()
            .any(|violation| violation.pointer.starts_with(pointer))
    }

    /// The properties of an object; none of what is something else.
    pub(super) fn properties<'j>(
        &mut self,
        at: &Pointer<'_>,
        value: &'j Value,
    ) -> impl Iterator<Item = (&'j str, &'j Value)> + use<'j> {
        let object = value.as_object();
        if object.is_none() {
            self.refuse(at, Rule::WrongType { expected: "object" });
        }
        object
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.as_str(), value))
    }

    /// The values of an object that has no other properties than these; `null` counts as absent.
    pub(super) fn record<'j, const N: usize>(
        &mut self,
        at: &Pointer<'_>,
        value: &'j Value,
        names: [&str; N],
    ) -> Option<[Option<&'j Value>; N]> {
        for (name, _) in self.properties(at, value) {
            if !names.contains(&name) {
                self.refuse(&at.property(name), Rule::UnknownProperty);
            }
        }
        let object = value.as_object()?;
        Some(names.map(|name| object.get(name).filter(|value| !value.is_null())))
    }

    /// A property that must be there.
    pub(super) fn required<T>(
        &mut self,
        at: &Pointer<'_>,
        name: &str,
        value: Option<&Value>,
        read: impl FnOnce(&mut Self, &Pointer<'_>, &Value) -> Option<T>,
    ) -> Option<T> {
        let place = at.property(name);
        if value.is_none() {
            self.refuse(&place, Rule::Required);
        }
        read(self, &place, value?)
    }

    /// The entries of an array of at most `max`.
    pub(super) fn entries<'j>(
        &mut self,
        at: &Pointer<'_>,
        value: &'j Value,
        max: usize,
    ) -> &'j [Value] {
        match value.as_array() {
            None => self.refuse(at, Rule::WrongType { expected: "array" }),
            Some(entries) if entries.len() > max => self.refuse(at, Rule::TooLong { max }),
            Some(entries) => return entries,
        }
        &[]
    }

    /// Entries without repetitions; a repeated entry is reported at its pointer.
    pub(super) fn set<T: Hash + Eq + Clone>(
        &mut self,
        at: &Pointer<'_>,
        value: &Value,
        max: usize,
        mut read: impl FnMut(&mut Self, &Pointer<'_>, &Value) -> Option<T>,
    ) -> Vec<T> {
        let entries = self.entries(at, value, max);
        let mut seen = HashSet::with_capacity(entries.len());
        let mut unique = Vec::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            let place = at.entry(index);
            if let Some(entry) = read(self, &place, entry) {
                if seen.insert(entry.clone()) {
                    unique.push(entry);
                } else {
                    self.refuse(&place, Rule::Duplicate);
                }
            }
        }
        unique
    }

    pub(super) fn string<'j>(&mut self, at: &Pointer<'_>, value: &'j Value) -> Option<&'j str> {
        let text = value.as_str();
        if text.is_none() {
            self.refuse(at, Rule::WrongType { expected: "string" });
        }
        text
    }

    pub(super) fn flag(&mut self, at: &Pointer<'_>, value: &Value) -> Option<bool> {
        let flag = value.as_bool();
        if flag.is_none() {
            let expected = "boolean";
            self.refuse(at, Rule::WrongType { expected });
        }
        flag
    }

    /// One checked text.
    pub(super) fn text(
        &mut self,
        at: &Pointer<'_>,
        value: &Value,
        check: TextCheck,
        limit: Limit,
    ) -> Option<String> {
        let raw = self.string(at, value)?;
        self.valid_or_refused(at, check(raw, limit))
    }

    /// Texts by language.
    pub(super) fn language_map(
        &mut self,
        at: &Pointer<'_>,
        value: &Value,
        check: TextCheck,
        limit: Limit,
    ) -> LanguageMap {
        let mut map = LanguageMap::default();
        let mut count = 0;
        for (tag, value) in self.properties(at, value) {
            // An empty field of a form counts as absent.
            let is_blank = value.as_str().is_some_and(|text| text.trim().is_empty());
            if value.is_null() || is_blank {
                continue;
            }
            count += 1;
            let place = at.property(tag);
            let language = self.valid_or_refused(&place, parsed_language(tag));
            let text = self.text(&place, value, check, limit);
            if let (Some(language), Some(text)) = (language, text) {
                if map.get(&language).is_some() {
                    self.refuse(&place, Rule::Duplicate);
                }
                map.insert(language, text);
            }
        }
        if count > limits::LANGUAGES {
            let max = limits::LANGUAGES;
            self.refuse(at, Rule::TooLong { max });
        }
        map
    }

    pub(super) fn language(&mut self, at: &Pointer<'_>, value: &Value) -> Option<LanguageTag> {
        let tag = self.string(at, value)?;
        self.valid_or_refused(at, parsed_language(tag))
    }

    /// A concept that exists in its scheme.
    pub(super) fn concept(
        &mut self,
        at: &Pointer<'_>,
        value: &Value,
        scheme: &'static str,
    ) -> Option<Slug> {
        let text = self.string(at, value)?;
        let known = self.vocabularies.find(scheme, text);
        let unknown = || Rule::UnknownConcept {
            scheme,
            slug: text.chars().take(Slug::MAX_BYTES).collect(),
        };
        self.valid_or_refused(
            at,
            known
                .map(|concept| concept.slug.clone())
                .ok_or_else(unknown),
        )
    }

    pub(super) fn concepts(
        &mut self,
        at: &Pointer<'_>,
        value: &Value,
        scheme: &'static str,
    ) -> Vec<Slug> {
        self.set(at, value, limits::LIST, |reader, place, value| {
            reader.concept(place, value, scheme)
        })
    }

    /// One of a closed list.
    pub(super) fn one_of<T: Copy>(
        &mut self,
        at: &Pointer<'_>,
        value: &Value,
        names: &[(&'static str, T)],
        allowed: &'static [&'static str],
    ) -> Option<T> {
        let text = self.string(at, value)?;
        let known = names.iter().find(|(name, _)| *name == text);
        self.valid_or_refused(
            at,
            known
                .map(|(_, value)| *value)
                .ok_or(Rule::NotOneOf { allowed }),
        )
    }

    /// The value; a broken rule is reported.
    pub(super) fn valid_or_refused<T>(
        &mut self,
        at: &Pointer<'_>,
        result: Result<T, Rule>,
    ) -> Option<T> {
        result.map_err(|rule| self.refuse(at, rule)).ok()
    }
}

fn parsed_language(tag: &str) -> Result<LanguageTag, Rule> {
    LanguageTag::parse(tag).map_err(|_| Rule::InvalidLanguageTag)
}
