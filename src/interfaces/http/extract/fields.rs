//! Reads small JSON objects of text, reporting every broken rule.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::domain::access::{Permission, Permissions, Role};
use crate::domain::{Rule, Slug, Timestamp, Violations, WorkDate};

/// The names of roles, for messages.
const ROLE_NAMES: [&str; Role::NAMES.len()] = {
    let mut names = [""; Role::NAMES.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = Role::NAMES[index].0;
        index += 1;
    }
    names
};

/// The names of permissions, for messages.
const PERMISSION_NAMES: [&str; Permission::NAMES.len()] = {
    let mut names = [""; Permission::NAMES.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = Permission::NAMES[index].0;
        index += 1;
    }
    names
};

const NOT_A_PERMISSION: Rule = Rule::NotOneOf {
    allowed: &PERMISSION_NAMES,
};

const NOT_A_ROLE: Rule = Rule::NotOneOf {
    allowed: &ROLE_NAMES,
};

/// The properties of a body.
pub(in crate::interfaces::http) struct Fields<'a> {
    properties: Option<&'a Map<String, Value>>,
    broken: Violations,
}

impl<'a> Fields<'a> {
    /// The properties, of which only these are known.
    pub(in crate::interfaces::http) fn new(value: &'a Value, known: &[&str]) -> Self {
        let properties = value.as_object();
        let mut broken = Violations::default();
        if properties.is_none() {
            broken.push("", Rule::WrongType { expected: "object" });
        }
        for name in properties.into_iter().flat_map(Map::keys) {
            if !known.contains(&name.as_str()) {
                broken.push(format!("/{name}"), Rule::UnknownProperty);
            }
        }
        Self { properties, broken }
    }

    /// A text that must be there.
    pub(in crate::interfaces::http) fn required(&mut self, name: &str) -> String {
        let is_there = self.value(name).is_some();
        let text = self.optional(name);
        if text.is_none() && !is_there {
            self.refuse(name, Rule::Required);
        }
        text.unwrap_or_default()
    }

    /// A text that may be there.
    pub(in crate::interfaces::http) fn optional(&mut self, name: &str) -> Option<String> {
        match self.value(name)? {
            Value::String(text) => Some(text.clone()),
            _ => {
                self.refuse(name, Rule::WrongType { expected: "string" });
                None
            }
        }
    }

    /// One of these values, by its name, that may be there.
    pub(in crate::interfaces::http) fn choice<T: Copy, const N: usize>(
        &mut self,
        name: &str,
        values: &[(&'static str, T); N],
        allowed: &'static [&'static str; N],
    ) -> Option<T> {
        let text = self.optional(name)?;
        let found = values.iter().find(|(known, _)| *known == text);
        if found.is_none() {
            self.refuse(name, Rule::NotOneOf { allowed });
        }
        found.map(|(_, value)| *value)
    }

    /// A role that may be there.
    pub(in crate::interfaces::http) fn role(&mut self, name: &str) -> Option<Role> {
        let text = self.optional(name)?;
        let role = Role::of_name(&text);
        if role.is_none() {
            self.refuse(name, NOT_A_ROLE);
        }
        role
    }

    /// A role that must be there; any one when it is not, which is reported.
    pub(in crate::interfaces::http) fn required_role(&mut self, name: &str) -> Role {
        if self.value(name).is_none() {
            self.refuse(name, NOT_A_ROLE);
        }
        self.role(name).unwrap_or(Role::Partner)
    }

    /// The properties of an object that may be there. Give them back with [`Self::take_over`].
    pub(in crate::interfaces::http) fn object(
        &mut self,
        name: &str,
        known: &[&str],
    ) -> Option<Self> {
        self.value(name).map(|value| Self::new(value, known))
    }

    /// Reports the broken rules of an inner object.
    pub(in crate::interfaces::http) fn take_over(&mut self, name: &str, inner: Self) {
        for violation in inner.broken.listed() {
            let pointer = format!("/{name}{}", violation.pointer);
            self.broken.push(pointer, violation.rule.clone());
        }
    }

    /// The values of a list that may be there.
    pub(in crate::interfaces::http) fn values(&mut self, name: &str) -> &'a [Value] {
        match self.value(name) {
            None => &[],
            Some(Value::Array(values)) => values,
            Some(_) => {
                self.refuse(name, Rule::WrongType { expected: "array" });
                &[]
            }
        }
    }

    /// A moment that may be there.
    pub(in crate::interfaces::http) fn moment(&mut self, name: &str) -> Option<Timestamp> {
        let text = self.optional(name)?;
        let moment = Timestamp::parse(&text);
        if moment.is_err() {
            self.refuse(name, Rule::InvalidTimestamp);
        }
        moment.ok()
    }

    /// Permissions that may be there, in a list that is not empty.
    pub(in crate::interfaces::http) fn permissions(&mut self, name: &str) -> Option<Permissions> {
        let Value::Array(names) = self.value(name)? else {
            self.refuse(name, Rule::WrongType { expected: "array" });
            return None;
        };
        if names.is_empty() {
            self.refuse(name, Rule::Required);
        }
        let mut found = Vec::new();
        for (position, value) in names.iter().enumerate() {
            let mut known = Permission::NAMES.iter();
            match known.find(|(name, _)| value.as_str() == Some(name)) {
                Some((_, permission)) => found.push(*permission),
                None => self.refuse(&format!("{name}/{position}"), NOT_A_PERMISSION),
            }
        }
        Some(Permissions::new(found))
    }

    /// A whole number of a range that may be there.
    pub(in crate::interfaces::http) fn number(
        &mut self,
        name: &str,
        range: RangeInclusive<u64>,
    ) -> Option<u64> {
        let value = self.value(name)?;
        let number = value.as_u64().filter(|number| range.contains(number));
        if number.is_none() {
            let (min, max) = range.into_inner();
            self.refuse(name, Rule::OutOfRange { min, max });
        }
        number
    }

    /// A slug that may be there; `Some(None)` for `null`.
    pub(in crate::interfaces::http) fn slug(&mut self, name: &str) -> Option<Option<Slug>> {
        let present = self.properties.and_then(|properties| properties.get(name));
        if present == Some(&Value::Null) {
            return Some(None);
        }
        let text = self.optional(name)?;
        match Slug::parse(&text) {
            Ok(slug) => Some(Some(slug)),
            Err(_) => {
                self.refuse(name, Rule::Malformed);
                None
            }
        }
    }

    /// Slugs that must be there, in a list that is not empty.
    pub(in crate::interfaces::http) fn required_slugs(&mut self, name: &str) -> Vec<Slug> {
        let values = match self.value(name) {
            Some(Value::Array(values)) if !values.is_empty() => values.as_slice(),
            Some(Value::Array(_)) | None => {
                self.refuse(name, Rule::Required);
                &[]
            }
            Some(_) => {
                self.refuse(name, Rule::WrongType { expected: "array" });
                &[]
            }
        };
        let mut slugs = Vec::with_capacity(values.len());
        for (position, value) in values.iter().enumerate() {
            match value.as_str().map(Slug::parse) {
                Some(Ok(slug)) => slugs.push(slug),
                _ => self.refuse(&format!("{name}/{position}"), Rule::Malformed),
            }
        }
        slugs
    }

    /// A slug that must be there; none when it is not, which is reported.
    pub(in crate::interfaces::http) fn required_slug(&mut self, name: &str) -> Option<Slug> {
        if self.value(name).is_none() {
            self.refuse(name, Rule::Required);
        }
        self.slug(name).flatten()
    }

    /// A day that must be there; none when it is not, which is reported.
    pub(in crate::interfaces::http) fn required_day(&mut self, name: &str) -> Option<WorkDate> {
        let text = self.required(name);
        let day: Option<WorkDate> = text.parse().ok();
        if day.is_none() && !text.is_empty() {
            self.refuse(name, Rule::InvalidDate);
        }
        day
    }

    /// Whether something is wanted; not, when it is not there.
    pub(in crate::interfaces::http) fn flag(&mut self, name: &str) -> bool {
        match self.value(name) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => {
                self.refuse(
                    name,
                    Rule::WrongType {
                        expected: "boolean",
                    },
                );
                false
            }
        }
    }

    /// Reports a broken rule of a property.
    pub(in crate::interfaces::http) fn refuse(&mut self, name: &str, rule: Rule) {
        self.broken.push(format!("/{name}"), rule);
    }

    /// The value, if no rule is broken.
    pub(in crate::interfaces::http) fn finish<T>(self, value: T) -> Result<T, Violations> {
        self.broken.into_result(value)
    }

    fn value(&self, name: &str) -> Option<&'a Value> {
        let value = self.properties.and_then(|properties| properties.get(name));
        value.filter(|value| !value.is_null())
    }
}
