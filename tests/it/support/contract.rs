//! Holds requests and answers to the OpenAPI description: what the archive accepts and what it answers
//! must be described there, in status, headers and body.
//!
//! A request that was refused may break the description; one that was accepted may not.

use std::sync::OnceLock;

use jsonschema::Draft;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use ureq::http::HeaderMap;

/// The committed description, whose object schemas are closed: an undescribed property is an error.
fn description() -> &'static Value {
    static DESCRIPTION: OnceLock<Value> = OnceLock::new();
    DESCRIPTION.get_or_init(|| {
        let text = std::fs::read_to_string("api/openapi.json").unwrap();
        let mut description = serde_json::from_str(&text).unwrap();
        let mut parts_of_others = Vec::new();
        collect_all_of(&description, &mut parts_of_others);
        close_objects(&mut description, "", &parts_of_others);
        description
    })
}

/// One request and its answer.
pub(crate) struct Exchange<'a> {
    pub(crate) method: &'a str,
    /// With the query.
    pub(crate) path: &'a str,
    pub(crate) request_headers: &'a [(&'a str, &'a str)],
    pub(crate) request_body: &'a [u8],
    pub(crate) status: u16,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

impl Exchange<'_> {
    /// Fails when the description does not allow this exchange.
    #[expect(
        clippy::panic,
        reason = "a contradiction fails the test, with the whole exchange"
    )]
    pub(crate) fn check(&self) {
        if let Err(broken) = self.contradictions() {
            let body = String::from_utf8_lossy(self.body);
            panic!(
                "{} {} {}: {broken}\n{body}",
                self.method, self.path, self.status
            );
        }
    }

    fn contradictions(&self) -> Result<(), String> {
        let (path, query) = self.path.split_once('?').unwrap_or((self.path, ""));
        let Some((template, item)) = described_path(path) else {
            let is_refused = matches!(self.status, 400 | 401 | 404 | 405 | 414 | 431);
            let is_allowed = is_refused || is_page(path);
            return expect(is_allowed, || "the address is not described".to_owned());
        };
        if self.method == "OPTIONS" {
            return Ok(());
        }
        let method = match self.method {
            "HEAD" if item.get("head").is_none() => "get".to_owned(),
            other => other.to_lowercase(),
        };
        let Some(operation) = item.get(&method) else {
            // Who calls is looked up before the method is.
            return expect(matches!(self.status, 400 | 401 | 403 | 405), || {
                "the method is not described".to_owned()
            });
        };
        if self.status < 400 {
            self.check_parameters(operation, template, path, query)?;
            self.check_request_body(operation)?;
        }
        self.check_answer(operation)
    }

    fn check_parameters(
        &self,
        operation: &'static Value,
        template: &str,
        path: &str,
        query: &str,
    ) -> Result<(), String> {
        let pairs: Vec<(String, String)> = query_pairs(query);
        let parameters: Vec<&Value> = list(operation, "parameters").map(resolve).collect();
        for parameter in &parameters {
            let name = parameter["name"].as_str().unwrap();
            let values: Vec<String> = match parameter["in"].as_str().unwrap() {
                "query" => {
                    let named = pairs.iter().filter(|(other, _)| other == name);
                    named.map(|(_, value)| value.clone()).collect()
                }
                "header" => {
                    let sent = self.request_headers.iter();
                    sent.filter(|(other, _)| other.eq_ignore_ascii_case(name))
                        .map(|(_, value)| (*value).to_owned())
                        .collect()
                }
                _ => path_value(template, path, name).into_iter().collect(),
            };
            let is_missing = values.is_empty() && parameter["required"] == true;
            expect(!is_missing, || format!("{name} is required"))?;
            let schema = &parameter["schema"];
            if is_array(schema) && !values.is_empty() {
                let values: Vec<&str> = values.iter().flat_map(|value| value.split(',')).collect();
                let items = values
                    .into_iter()
                    .map(|value| typed(&schema["items"], value));
                validate(schema, &items.collect())
                    .map_err(|broken| format!("parameter {name}: {broken}"))?;
                continue;
            }
            for value in values {
                validate(schema, &typed(schema, &value))
                    .map_err(|broken| format!("parameter {name}: {broken}"))?;
            }
        }
        let is_described = |name: &str| {
            parameters
                .iter()
                .any(|p| p["in"] == "query" && p["name"] == name)
        };
        for (name, _) in &pairs {
            let is_tracking = name.starts_with("utm_") || name == "fbclid";
            expect(is_tracking || is_described(name), || {
                format!("the query parameter {name} is not described")
            })?;
        }
        Ok(())
    }

    fn check_request_body(&self, operation: &'static Value) -> Result<(), String> {
        let described = &operation["requestBody"];
        if described.is_null() {
            // A body that is not described is ignored.
            return Ok(());
        }
        if self.request_body.is_empty() && described["required"] != true {
            return Ok(());
        }
        let content_type = self
            .request_headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("content-type"))
            .map_or("application/octet-stream", |(_, value)| value);
        let schema = schema_of(described, content_type)
            .ok_or_else(|| format!("a body of {content_type} is not described"))?;
        if content_type.ends_with("ndjson") {
            // Each line is judged by itself, in the answer.
            return Ok(());
        }
        validate_body(schema, content_type, self.request_body)
            .map_err(|broken| format!("request: {broken}"))
    }

    fn check_answer(&self, operation: &'static Value) -> Result<(), String> {
        let answer = resolve(&operation["responses"][self.status.to_string()]);
        expect(answer.is_object(), || {
            "the status is not described".to_owned()
        })?;
        self.check_headers(answer)?;
        // A coded body is that of another exchange, coded.
        if self.method == "HEAD" || self.headers.contains_key("content-encoding") {
            return Ok(());
        }
        let content_type = self
            .headers
            .get("content-type")
            .map_or("", |value| value.to_str().unwrap());
        if answer["content"].is_null() {
            return expect(self.body.is_empty(), || {
                format!("a body of {content_type} is not described")
            });
        }
        let schema = schema_of(answer, content_type)
            .ok_or_else(|| format!("an answer of {content_type} is not described"))?;
        validate_body(schema, content_type, self.body).map_err(|broken| format!("answer: {broken}"))
    }

    fn check_headers(&self, answer: &'static Value) -> Result<(), String> {
        let described = || answer["headers"].as_object().into_iter().flatten();
        for (name, header) in described() {
            let header = resolve(header);
            match self.headers.get(name) {
                None => expect(header["required"] != true, || {
                    format!("the header {name} is missing")
                })?,
                Some(value) => {
                    let value = typed(&header["schema"], value.to_str().unwrap());
                    validate(&header["schema"], &value)
                        .map_err(|broken| format!("header {name}: {broken}"))?;
                }
            }
        }
        for name in self.headers.keys() {
            let is_described =
                described().any(|(other, _)| other.eq_ignore_ascii_case(name.as_str()));
            expect(
                is_described || OF_EVERY_ANSWER.contains(&name.as_str()),
                || format!("the header {name} is not described"),
            )?;
        }
        Ok(())
    }
}

/// Headers that HTTP itself or the frame puts on answers; the introduction of the description names them.
const OF_EVERY_ANSWER: [&str; 20] = [
    "access-control-allow-origin",
    "access-control-expose-headers",
    "cache-control",
    "connection",
    "content-encoding",
    "content-language",
    "content-length",
    "content-security-policy",
    "content-type",
    "cross-origin-resource-policy",
    "date",
    "ratelimit",
    "ratelimit-policy",
    "referrer-policy",
    "transfer-encoding",
    "vary",
    "www-authenticate",
    "x-content-type-options",
    "x-request-id",
    "allow",
];

fn expect(holds: bool, broken: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(broken()) }
}

/// The template of a path and its operations; templates with fewer parameters come first.
fn described_path(path: &str) -> Option<(&'static str, &'static Value)> {
    let paths = description()["paths"].as_object().unwrap();
    let mut fitting: Vec<_> = paths
        .iter()
        .filter(|(template, _)| captured(template, path).is_some())
        .collect();
    fitting.sort_by_key(|(template, _)| template.matches('{').count());
    fitting
        .first()
        .map(|(template, item)| (template.as_str(), *item))
}

/// The values of the parameters of a template, when the path fits it.
fn captured<'a>(template: &'a str, path: &str) -> Option<Vec<(&'a str, String)>> {
    let wanted: Vec<&str> = template.split('/').collect();
    let takes_rest = ["{slug}", "{file}"].contains(wanted.last()?);
    // The type of a problem is one part.
    let takes_rest = takes_rest && !template.starts_with("/problems");
    let given: Vec<&str> = if takes_rest {
        path.splitn(wanted.len(), '/').collect()
    } else {
        path.split('/').collect()
    };
    if wanted.len() != given.len() {
        return None;
    }
    let mut values = Vec::new();
    for (wanted, given) in wanted.into_iter().zip(given) {
        match wanted
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
        {
            Some("file") => values.push(("file", given.to_owned())),
            Some(_) if given.is_empty() => return None,
            Some(name) => values.push((name, decode(given))),
            None if wanted == given => {}
            None => return None,
        }
    }
    Some(values)
}

fn path_value(template: &str, path: &str, name: &str) -> Option<String> {
    let values = captured(template, path)?;
    let named = values.into_iter().find(|(other, _)| *other == name);
    named.map(|(_, value)| value)
}

fn query_pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(&value.replace('+', " ")))
        })
        .collect()
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value[name].as_array().into_iter().flatten()
}

/// What a reference points at.
fn resolve(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(target) => description().pointer(&target[1..]).unwrap(),
        None => value,
    }
}

fn is_array(schema: &Value) -> bool {
    has_type(schema, "array")
}

fn has_type(schema: &Value, wanted: &str) -> bool {
    let schema = match schema["$ref"].as_str() {
        Some(target) => description().pointer(&target[1..]).unwrap(),
        None => schema,
    };
    let kind = &schema["type"];
    kind == wanted || list(schema, "type").any(|kind| kind == wanted)
}

/// A text as the value of its schema's type.
fn typed(schema: &Value, text: &str) -> Value {
    let is_scalar = has_type(schema, "integer") || has_type(schema, "boolean");
    let parsed = is_scalar.then(|| serde_json::from_str(text).ok()).flatten();
    parsed.unwrap_or_else(|| text.into())
}

fn schema_of<'a>(described: &'a Value, content_type: &str) -> Option<&'a Value> {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let contents = described["content"].as_object()?;
    let general = format!("{}/*", essence.split('/').next().unwrap_or_default());
    let media = [essence, general.as_str(), "*/*"]
        .into_iter()
        .find_map(|kind| {
            contents
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(kind))
        });
    media.map(|(_, media)| &media["schema"])
}

fn validate_body(schema: &Value, content_type: &str, body: &[u8]) -> Result<(), String> {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    // A byte order mark is read over.
    let parse = |bytes: &[u8]| {
        serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
            .map_err(|error| format!("this is not JSON: {error}"))
    };
    if essence.ends_with("json") && essence != "application/x-ndjson" {
        return validate(schema, &parse(body)?);
    }
    if essence == "application/x-ndjson" {
        let lines = body
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty());
        for line in lines {
            validate(schema, &parse(line)?)?;
        }
        return Ok(());
    }
    Ok(())
}

/// Validates by JSON Schema 2020-12, with formats.
fn validate(schema: &Value, value: &Value) -> Result<(), String> {
    let root = json!({ "components": description()["components"], "allOf": [schema] });
    let validator = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .build(&root)
        .map_err(|error| format!("the schema is invalid: {error}"))?;
    let broken: Vec<String> = validator
        .iter_errors(value)
        .take(5)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    expect(broken.is_empty(), || broken.join("\n"))
}

/// Names of schemas that are parts of others by `allOf`: they must stay open.
fn collect_all_of(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for part in list(value, "allOf").filter_map(|part| part["$ref"].as_str()) {
                found.push(part.rsplit('/').next().unwrap().to_owned());
            }
            members
                .values()
                .for_each(|member| collect_all_of(member, found));
        }
        Value::Array(entries) => entries
            .iter()
            .for_each(|entry| collect_all_of(entry, found)),
        _ => {}
    }
}

/// Closes every object schema that lists properties, unless it is a part of another.
fn close_objects(value: &mut Value, name: &str, parts_of_others: &[String]) {
    match value {
        Value::Object(members) => {
            let lists_properties = members.contains_key("allOf")
                || members.get("properties").is_some_and(Value::is_object)
                    && members.get("type").is_some_and(|kind| kind == "object");
            let is_closed = members.contains_key("additionalProperties");
            let is_part = parts_of_others.iter().any(|part| part == name);
            if lists_properties && !is_closed && !is_part {
                members.insert("unevaluatedProperties".to_owned(), false.into());
            }
            for (name, member) in members.iter_mut() {
                match (name.as_str(), member) {
                    // The whole is closed, not its parts.
                    ("allOf", Value::Array(parts)) => {
                        for properties in parts.iter_mut().filter_map(|p| p.get_mut("properties")) {
                            close_objects(properties, "", parts_of_others);
                        }
                    }
                    ("example" | "examples" | "default" | "enum", _) => {}
                    (name, member) => close_objects(member, name, parts_of_others),
                }
            }
        }
        Value::Array(entries) => {
            for entry in entries {
                close_objects(entry, "", parts_of_others);
            }
        }
        _ => {}
    }
}

/// Whether a path is one of the pages for people, which are no part of the interface.
fn is_page(path: &str) -> bool {
    let first = path.split('/').nth(1).unwrap_or_default();
    [
        "",
        "tim",
        "t",
        "en",
        "static",
        "dang-nhap",
        "dang-xuat",
        "gui",
        "cua-toi",
        "duyet",
        "tai-khoan",
        "quen-mat-khau",
        "hang-loat",
        "nhap-bang",
        "tong-quan",
        "quan-tri",
        "dai",
        "nhung",
        "danh-muc",
        "tro-giup",
        "tiep-can",
    ]
    .contains(&first)
}
