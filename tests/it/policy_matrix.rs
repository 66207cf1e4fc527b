//! The policy for every role, operation, state and access level: `docs/policy-matrix.md` is written from the
//! table of the policy and checked cell by cell over HTTP.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use khochung::domain::access::policy::{self, Disclosure};
use khochung::domain::access::{
    Actor, Credential, Operation, Permission, Permissions, Role, TokenId,
};
use khochung::domain::asset::{Access, Asset, AssetId, State, Work};
use khochung::domain::{Slug, Timestamp};
use serde_json::{Value, json};

use super::picture_copies::picture;
use super::support::{Answer, Archive, Client};

const NOW: Timestamp = Timestamp::from_millis(1_795_395_600_000);

/// The works are of `ppc-office`, below `ppc`, which is the body above; `dic` has nothing to do with them.
const OWN: &str = "ppc-office";
const ABOVE: &str = "ppc";
const ELSEWHERE: &str = "dic";

/// The columns: name, role, organisation.
const COLUMNS: [(&str, Option<Role>, Option<&str>); 16] = [
    ("anybody", None, None),
    ("station", Some(Role::Station), Some(OWN)),
    ("partner", Some(Role::Partner), None),
    (
        "contributor, elsewhere",
        Some(Role::Contributor),
        Some(ELSEWHERE),
    ),
    ("contributor", Some(Role::Contributor), Some(OWN)),
    ("contributor, above", Some(Role::Contributor), Some(ABOVE)),
    ("reviewer, elsewhere", Some(Role::Reviewer), Some(ELSEWHERE)),
    ("reviewer", Some(Role::Reviewer), Some(OWN)),
    ("reviewer, of the archive", Some(Role::Reviewer), None),
    (
        "inspector, elsewhere",
        Some(Role::Inspector),
        Some(ELSEWHERE),
    ),
    ("inspector, of the archive", Some(Role::Inspector), None),
    ("editor, elsewhere", Some(Role::Editor), Some(ELSEWHERE)),
    ("editor, above", Some(Role::Editor), Some(ABOVE)),
    ("editor, of the archive", Some(Role::Editor), None),
    ("admin", Some(Role::Admin), None),
    (NARROWED, Some(Role::Editor), None),
];

/// A token that has less than its role.
const NARROWED: &str = "editor, narrowed to deposit";

const STATES: [&str; 6] = [
    "draft",
    "submitted",
    "returned",
    "accepted",
    "published",
    "withdrawn",
];

/// Access levels; the last is public from the end of an embargo on.
const ACCESSES: [(&str, Access); 4] = [
    ("public", Access::Public),
    ("partner", Access::Partner),
    ("state-internal", Access::StateInternal),
    ("embargo", Access::Public),
];

/// Words of all works: một câu chung.
const WORDS: &str = "m%E1%BB%99t+c%C3%A2u+chung";

const EMBARGO_END: &str = "2099-01-01T00:00:00+07:00";

/// The rows of the table of operations, and first of all seeing the work.
fn operations() -> Vec<(String, Option<Operation>)> {
    let named =
        Operation::all().map(|operation| (words(&format!("{operation:?}")), Some(operation)));
    std::iter::once(("see".to_owned(), None))
        .chain(named)
        .collect()
}

/// `FetchOriginals` as `fetch originals`.
fn words(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

fn situations() -> impl Iterator<Item = (&'static str, &'static str, Access)> {
    let of_state = |state| ACCESSES.map(|(name, access)| (state, name, access));
    STATES.into_iter().flat_map(of_state)
}

fn actor(name: &str, role: Option<Role>, organisation: Option<&str>) -> Actor {
    let Some(role) = role else {
        return Actor::Anonymous;
    };
    let slug = |text: &str| Slug::parse(text).unwrap();
    let below: &[&str] = if organisation == Some(ABOVE) {
        &[OWN]
    } else {
        &[]
    };
    Actor::Holder {
        credential: Credential::Token(TokenId("t".into())),
        role,
        organisation: organisation.map(slug),
        subordinates: below.iter().map(|text| slug(text)).collect(),
        narrowed_to: (name == NARROWED).then(|| Permissions::new([Permission::Deposit])),
    }
}

fn asset(state: &str, embargo: &str, access: Access) -> Asset {
    let mut work = Work::new();
    work.organisation = Some(Slug::parse(OWN).unwrap());
    work.access = access;
    work.embargo_until = (embargo == "embargo").then(|| Timestamp::parse(EMBARGO_END).unwrap());
    let mut asset = Asset::take_in(AssetId::from_bytes([7; 16]), work, NOW);
    asset.state = State::Published;
    if matches!(state, "published" | "withdrawn") {
        asset.widest_audience = asset.audience_level(NOW);
    }
    let reasons = Vec::new();
    asset.state = match state {
        "draft" => State::Draft,
        "submitted" => State::Submitted,
        "returned" => State::Returned { reasons },
        "accepted" => State::Accepted,
        "published" => State::Published,
        _ => State::Withdrawn {
            reason: "sai".into(),
        },
    };
    asset
}

fn outcome(actor: &Actor, operation: Option<Operation>, asset: &Asset) -> &'static str {
    if let Some(operation) = operation
        && !actor.may(operation.permission())
    {
        return if *actor == Actor::Anonymous {
            "401"
        } else {
            "403"
        };
    }
    match (policy::disclosure(actor, asset, NOW), operation) {
        (Disclosure::Hidden, _) => "404",
        (Disclosure::Gone, _) => "410",
        (Disclosure::Visible, None) => "yes",
        (Disclosure::Visible, Some(operation)) if policy::may(actor, operation, asset) => "yes",
        (Disclosure::Visible, Some(Operation::FetchOriginals)) => "copy",
        (Disclosure::Visible, Some(_)) => "403",
    }
}

fn matrix() -> String {
    let mut text = String::from(
        "# Who may do what\n\n\
         Written from the table of the policy (`src/domain/access/policy/table.rs`) by\n\
         `KHOCHUNG_BLESS=1 cargo nextest run -E 'test(policy_matrix)'`; a test compares every cell with the answer over\n\
         HTTP. The works are of one organisation. *Elsewhere* is a token of another organisation, *above* one of an\n\
         organisation that the first is part of, *of the archive* one without an organisation.\n\n\
         `yes`: permitted, if the state of the work allows it (else 409). `copy`: gets the public copy instead.\n\
         Otherwise the status of the refusal: 401 without a token, 403, 404 where the work must not be known of, 410\n\
         where it could be seen once. `embargo` is a public work before the end of its embargo.\n",
    );
    for (name, operation) in operations() {
        write!(text, "\n## {name}\n\n| state | access |").unwrap();
        for (column, ..) in COLUMNS {
            write!(text, " {column} |").unwrap();
        }
        text.push_str("\n|---|---|");
        text.push_str(&"---|".repeat(COLUMNS.len()));
        text.push('\n');
        for (state, access_name, access) in situations() {
            let asset = asset(state, access_name, access);
            write!(text, "| {state} | {access_name} |").unwrap();
            for (name, role, organisation) in COLUMNS {
                let cell = outcome(&actor(name, role, organisation), operation, &asset);
                write!(text, " {cell} |").unwrap();
            }
            text.push('\n');
        }
    }
    text
}

fn document() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/policy-matrix.md")
}

#[test]
fn the_document_is_that_of_the_policy() {
    let current = matrix();
    if std::env::var_os("KHOCHUNG_BLESS").is_some() {
        std::fs::write(document(), &current).unwrap();
    }
    let committed = std::fs::read_to_string(document()).unwrap();
    assert!(committed == current, "write docs/policy-matrix.md anew");
}

/// The cells of the document by operation, state, access and column.
type Cells = BTreeMap<(String, String, String, usize), String>;

fn committed_cells() -> Cells {
    let text = std::fs::read_to_string(document()).unwrap();
    let mut cells = Cells::new();
    let mut operation = "";
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("## ") {
            operation = name;
        }
        let row: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [state, access, outcomes @ ..] = row.as_slice() else {
            continue;
        };
        if STATES.contains(state) {
            for (column, cell) in outcomes.iter().enumerate() {
                let key = (operation.into(), (*state).into(), (*access).into(), column);
                cells.insert(key, (*cell).into());
            }
        }
    }
    cells
}

/// A work in one situation.
struct Situation {
    state: &'static str,
    access: &'static str,
    id: String,
    title: String,
    etag: String,
    /// The SHA-256 of its file.
    file: String,
}

impl Situation {
    fn path(&self) -> String {
        format!("/api/v1/assets/{}", self.id)
    }
}

/// Creates a poster of the organisation and brings it into the state.
fn build(operator: &Client, number: usize, state: &'static str, access: &'static str) -> Situation {
    let title = format!("Tranh vuông số {number}");
    let level = if access == "embargo" {
        "public"
    } else {
        access
    };
    let mut work = json!({
        "titles": { "vi": title },
        "kind": "propaganda-poster",
        "organisation": OWN,
        "languages": ["vi"],
        "strand": "educate",
        "themes": ["international-law"],
        "body": format!("Một câu chung của mọi tranh, tranh thứ {number}."),
        "credit_line": "Kho",
        "reuse_terms": "cc-by-4.0",
        "people_shown": "none-identifiable",
        "access": level,
    });
    if access == "embargo" {
        work["embargo_until"] = EMBARGO_END.into();
    }
    let id = operator.create(&work)["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/assets/{id}");
    let files = format!("{path}/files?name=a.jpg&alt=%7B%22vi%22:%22Tranh%22%7D");
    let headers = [("content-type", "image/jpeg"), ("if-match", "\"1\"")];
    let mut last = operator.send("POST", &files, &headers, &picture("photo.jpg"));
    assert_eq!(last.status, 201, "{}", last.text());
    let reasons = json!({ "reasons": [{ "text": "Thiếu nguồn" }] });
    let withdrawal = json!({ "reason": "Sai" });
    let nothing = json!({});
    let steps: &[(&str, &Value)] = match state {
        "submitted" => &[("submission", &nothing)],
        "returned" => &[("submission", &nothing), ("return", &reasons)],
        "accepted" => &[("submission", &nothing), ("acceptance", &nothing)],
        "published" => &[("publication", &nothing)],
        "withdrawn" => &[("publication", &nothing), ("withdrawal", &withdrawal)],
        _ => &[],
    };
    for (step, body) in steps {
        let etag = last.header("etag").to_owned();
        last = operator.put_json(&format!("{path}/{step}"), &etag, body);
        assert_eq!(last.status, 200, "{step}: {}", last.text());
        assert_eq!(last.json()["titles"]["vi"], title);
    }
    let reached = operator.get(&path);
    assert_eq!(reached.json()["state"], state);
    Situation {
        state,
        access,
        etag: reached.header("etag").to_owned(),
        file: reached.json()["files"][0]["sha256"]
            .as_str()
            .unwrap()
            .to_owned(),
        id,
        title,
    }
}

/// Asks for the operation in a way that changes nothing where it is permitted: at a revision that is not there
/// (412), or without a change.
fn ask(client: &Client, operation: &str, situation: &Situation) -> Answer {
    let path = situation.path();
    let stale = "\"999\"";
    let put = |step: &str, body: Value| client.put_json(&format!("{path}/{step}"), stale, &body);
    let delete = |path: &str| client.send("DELETE", path, &[("if-match", stale)], &[]);
    match operation {
        "see" => client.get(&path),
        "fetch originals" => client.get(&format!("{path}/files/{}", situation.file)),
        "read sealed files" => client.get(&format!("{path}/sealed-files")),
        "read checklist" => client.get(&format!("{path}/checklist")),
        "comment" => client.post_json(&format!("{path}/comments"), &json!({ "text": "Xem." })),
        "assign" => put("assignment", json!({ "role": "editor" })),
        "edit" => client.patch(&path, &situation.etag, &json!({})),
        "submit" => put("submission", json!({})),
        "recall" => delete(&format!("{path}/submission")),
        "return" => put("return", json!({ "reasons": [{ "text": "Thiếu" }] })),
        "accept" => put("acceptance", json!({})),
        "approve" => put("approval", json!({})),
        "publish" => put("publication", json!({})),
        "correct" => {
            let body = json!({ "note": "Sửa", "changes": {} });
            client.put_json(&format!("{path}/correction"), &situation.etag, &body)
        }
        "withdraw" => put("withdrawal", json!({ "reason": "Sai" })),
        "reopen" => delete(&format!("{path}/withdrawal")),
        "delete" => delete(&path),
        other => unreachable!("no request for {other}"),
    }
}

/// The cell that an answer means.
fn cell_of(operation: &str, answer: &Answer) -> String {
    match (operation, answer.status) {
        ("fetch originals", 200) if answer.body == picture("photo.jpg") => "yes".into(),
        ("fetch originals", 200) => "copy".into(),
        ("comment", 201) => "yes".into(),
        // A correction that changes nothing is refused after the permission.
        ("see" | "read sealed files" | "read checklist" | "edit", 200)
        | ("correct", 422)
        | (_, 412) => "yes".into(),
        (_, status) => status.to_string(),
    }
}

fn ids(answer: &Answer) -> BTreeSet<String> {
    let found = answer.json();
    let items = found["items"].as_array().unwrap().iter();
    items
        .map(|item| item.get("asset").unwrap_or(item))
        .map(|work| work["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn every_cell_holds_over_http() {
    let archive = Archive::start();
    let operator = archive.operator();
    let works: Vec<Situation> = situations()
        .enumerate()
        .map(|(number, (state, access, _))| build(&operator, number, state, access))
        .collect();
    let clients = COLUMNS.map(|(name, role, organisation)| match role {
        None => archive.anybody(),
        Some(role) if name == NARROWED => {
            let wanted = json!({ "role": role.name(), "scopes": ["deposit"] });
            let made = operator.post_json("/api/v1/tokens", &wanted).json();
            archive
                .anybody()
                .with_token(made["secret"].as_str().unwrap())
        }
        Some(role) => archive.holder_of(role.name(), organisation),
    });
    let cells = committed_cells();
    assert_eq!(
        cells.len(),
        works.len() * COLUMNS.len() * operations().len()
    );
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let (works, cells) = (&works, &cells);
        let columns = clients.iter().enumerate();
        let threads: Vec<_> = columns
            .map(|(column, client)| scope.spawn(move || wrong_cells(column, client, works, cells)))
            .collect();
        let joined = threads.into_iter().map(|thread| thread.join().unwrap());
        joined.flatten().collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let unchanged = |work: &Situation| operator.get(&work.path()).header("etag") == work.etag;
    assert!(works.iter().all(unchanged));
    lists_have_what_the_matrix_says(&archive, &works, &clients, &cells);
}

/// The cells of one column that do not hold.
fn wrong_cells(column: usize, client: &Client, works: &[Situation], cells: &Cells) -> Vec<String> {
    let mut wrong = Vec::new();
    let of_column = cells.iter().filter(|((.., of), _)| *of == column);
    for ((operation, state, access, _), expected) in of_column {
        let mut of_work = works.iter();
        let work = of_work
            .find(|work| (work.state, work.access) == (state.as_str(), access.as_str()))
            .unwrap();
        let cell = cell_of(operation, &ask(client, operation, work));
        if cell != *expected {
            let name = COLUMNS[column].0;
            wrong.push(format!(
                "{name} {operation} {state} {access}: {cell}, not {expected}"
            ));
        }
    }
    wrong
}

/// The works that a column sees (`yes`) or learns the removal of (`410`).
fn with_cell(cell: &str, column: usize, works: &[Situation], cells: &Cells) -> BTreeSet<String> {
    let is = |work: &&Situation| {
        let (state, access) = (work.state.to_owned(), work.access.to_owned());
        cells[&("see".to_owned(), state, access, column)] == cell
    };
    let with = works.iter().filter(is);
    with.map(|work| work.id.clone()).collect()
}

/// Lists, search with its counts, feed, suggestions, similar works and changes.
fn lists_have_what_the_matrix_says(
    archive: &Archive,
    works: &[Situation],
    clients: &[Client],
    cells: &Cells,
) {
    let ready = archive.operator().get("/readyz").json();
    let event = ready["last_event"].as_u64().unwrap();
    let withdrawn: BTreeSet<String> = works
        .iter()
        .filter(|work| work.state == "withdrawn")
        .map(|work| work.id.clone())
        .collect();
    for (column, client) in clients.iter().enumerate() {
        let name = COLUMNS[column].0;
        let seen = with_cell("yes", column, works, cells);
        let gone = with_cell("410", column, works, cells);
        let findable: BTreeSet<String> = seen.difference(&withdrawn).cloned().collect();
        assert_eq!(ids(&client.get("/api/v1/assets?limit=200")), seen, "{name}");
        let all_ids: Vec<&str> = works.iter().map(|work| work.id.as_str()).collect();
        let by_id = format!("/api/v1/assets?ids={}", all_ids.join(","));
        assert_eq!(ids(&client.get(&by_id)), seen, "{name}");
        let changes = client.get("/api/v1/changes?after=0&limit=200").json();
        assert_eq!(changed_to("available", &changes), seen, "{name}");
        assert_eq!(changed_to("gone", &changes), gone, "{name}");
        searches_have(&findable, client, event, name);
        nothing_names_the_others(&findable, client, works, name);
    }
}

fn changed_to(state: &str, changes: &Value) -> BTreeSet<String> {
    let items = changes["items"].as_array().unwrap().iter();
    items
        .filter(|change| change["state"] == state)
        .map(|change| change["asset"].as_str().unwrap().to_owned())
        .collect()
}

/// A search of all works has these, and counts them.
fn searches_have(findable: &BTreeSet<String>, client: &Client, event: u64, name: &str) {
    let found = client.get(&format!(
        "/api/v1/search?q={WORDS}&limit=100&facets=organisation&group=false&event={event}"
    ));
    assert_eq!(found.json()["stale"], false, "{name}");
    assert_eq!(ids(&found), *findable, "{name}");
    assert_eq!(found.json()["total"]["works"], findable.len(), "{name}");
    let counted = &found.json()["facets"][0]["values"][0]["works"];
    let expected = match findable.len() {
        0 => Value::Null,
        works => works.into(),
    };
    assert_eq!(*counted, expected, "{name}");
}

/// Feed, suggestions and similar works name no other works.
fn nothing_names_the_others(
    findable: &BTreeSet<String>,
    client: &Client,
    works: &[Situation],
    name: &str,
) {
    let feed = format!("/api/v1/search/feed?q={WORDS}&limit=100");
    let feed = client.get(&feed).text();
    let suggested = client.get("/api/v1/suggest?q=tranh+vuong").text();
    let similar = findable.iter().next().map_or_else(String::new, |id| {
        let similar = client.get(&format!("/api/v1/assets/{id}/similar"));
        assert_eq!(similar.status, 200);
        similar.text()
    });
    for work in works {
        let may_find = findable.contains(&work.id);
        assert_eq!(feed.contains(&work.id), may_find, "{name}: feed");
        if !may_find {
            let title = format!("{}\"", work.title);
            assert!(!suggested.contains(&title), "{name}: {suggested}");
            assert!(!similar.contains(&work.id), "{name}: similar works");
        }
    }
}
