//! The vocabularies over HTTP: plain JSON and SKOS, negotiated, cached, expanded.

use actix_web::dev::ServiceResponse;
use actix_web::http::{StatusCode, header};
use actix_web::{App, test, web};
use khochung::interfaces::http::{self, BaseAddress};
use khochung::storage::vocabulary::load;
use serde_json::Value;

const BASE: &str = "https://archive.example.vn";

async fn call(request: test::TestRequest) -> ServiceResponse {
    let bound = ([127, 0, 0, 1], 8080).into();
    let app = App::new()
        .app_data(web::Data::new(load(None).unwrap()))
        .app_data(web::Data::new(BaseAddress::new(BASE, "http", bound)))
        .configure(http::routes);
    test::call_service(&test::init_service(app).await, request.to_request()).await
}

fn header_of(response: &ServiceResponse, name: header::HeaderName) -> &str {
    response.headers().get(name).unwrap().to_str().unwrap()
}

async fn json(path: &str) -> Value {
    let response = call(test::TestRequest::get().uri(path)).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    assert_eq!(
        header_of(&response, header::CONTENT_TYPE),
        "application/json"
    );
    test::read_body_json(response).await
}

async fn json_ld(path: &str) -> Value {
    let wish = (header::ACCEPT, "application/ld+json");
    let response = call(test::TestRequest::get().uri(path).insert_header(wish)).await;
    assert_eq!(
        header_of(&response, header::CONTENT_TYPE),
        "application/ld+json"
    );
    test::read_body_json(response).await
}

fn texts<'a>(items: &'a Value, key: &str) -> Vec<&'a str> {
    items
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item[key].as_str().unwrap())
        .collect()
}

#[actix_web::test]
async fn schemes_are_listed() {
    let all = json("/api/v1/vocabularies").await;
    let slugs = texts(&all["items"], "slug");
    for scheme in [
        "instrument",
        "theme",
        "place",
        "organisation",
        "reuse-terms",
    ] {
        assert!(slugs.contains(&scheme), "{scheme}");
    }
    let theme = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["slug"] == "theme");
    let theme = theme.unwrap();
    assert_eq!(theme["uri"], "https://archive.example.vn/vocab/theme");
    assert_eq!(theme["title"]["en"], "Themes");
    assert_eq!(theme["concept_count"], 6);
}

/// Order by ICU: `node -p '[…].sort(new Intl.Collator("vi").compare)'`.
#[actix_web::test]
async fn concepts_stand_in_the_order_of_the_wanted_language() {
    let vietnamese = json("/api/v1/vocabularies/strand").await;
    let labels = [
        "Giải thích, làm rõ, phản bác thông tin sai lệch",
        "Phổ biến, giáo dục kiến thức về quyền con người",
        "Tuyên truyền về nỗ lực và thành tựu",
    ];
    assert_eq!(texts(&vietnamese["items"], "label"), labels);
    let english = json("/api/v1/vocabularies/strand?lang=en-GB").await;
    let labels = [
        "Education on human rights",
        "Efforts and achievements",
        "Explain, clarify, rebut",
    ];
    assert_eq!(texts(&english["items"], "label"), labels);
}

#[actix_web::test]
async fn a_list_can_be_taken_as_of_a_date() {
    let count = async |date: &str| {
        let places = json(&format!("/api/v1/vocabularies/place?as_of={date}")).await;
        let communes = texts(&places["items"], "slug");
        communes
            .into_iter()
            .filter(|slug| slug.ends_with("-2025"))
            .count()
    };
    assert_eq!(count("2025-06-30").await, 0);
    assert_eq!(
        count("2025-07-01").await,
        127,
        "126 communes and the province"
    );
}

#[actix_web::test]
async fn a_place_is_expanded_to_its_successors_and_predecessors() {
    let district = json("/api/v1/vocabularies/place/chu-se?expand=successors").await;
    assert_eq!(district["label"], "Huyện Chư Sê");
    assert_eq!(district["valid_to"], "2025-06-30");
    assert_eq!(district["place"]["codes"][0]["value"], "633");
    assert_eq!(district["broader"][0]["slug"], "gia-lai-province");
    assert_eq!(district["broader"][0]["to"], "2025-06-30");
    assert_eq!(district["events"][0]["kind"], "abolish");
    let successors = [
        "al-ba-commune-2025",
        "bo-ngoong-commune-2025",
        "chu-se-commune-2025",
        "ia-hru-commune-2025",
        "ia-ko-commune-2025",
    ];
    assert_eq!(texts(&district["expansion"]["items"], "slug"), successors);

    let path = "/api/v1/vocabularies/place/krong-commune?expand=broader&as_of=2024-05";
    let wholes = json(path).await;
    assert_eq!(wholes["expansion"]["as_of"], "2024-05");
    let slugs = texts(&wholes["expansion"]["items"], "slug");
    assert_eq!(slugs, ["kbang", "gia-lai-province", "viet-nam"]);
}

#[actix_web::test]
async fn statements_on_an_instrument_keep_their_dispute() {
    let icerd = json("/api/v1/vocabularies/instrument/icerd").await;
    let statement = &icerd["instrument"]["status"][0];
    assert_eq!(statement["status"], "acceded");
    assert_eq!(statement["disputed"], true);
    assert!(
        statement["note"]["vi"]
            .as_str()
            .unwrap()
            .contains("9/6/1981")
    );
    let cmw = json("/api/v1/vocabularies/instrument/cmw").await;
    assert_eq!(cmw["instrument"]["status"][0]["status"], "not-party");
}

#[actix_web::test]
async fn a_slug_may_contain_a_slash() {
    let body = json("/api/v1/vocabularies/organisation/district-pc/chu-se").await;
    assert_eq!(body["slug"], "district-pc/chu-se");
    assert_eq!(body["organisation"]["areas"][0]["slug"], "chu-se");
}

#[actix_web::test]
async fn skos_links_run_both_ways_and_are_absolute() {
    let scheme = json_ld("/api/v1/vocabularies/audience").await;
    assert_eq!(scheme["@context"]["@version"], 1.1);
    let node = |slug: &str| {
        let id = format!("{BASE}/vocab/audience{slug}");
        let nodes = scheme["@graph"].as_array().unwrap();
        nodes
            .iter()
            .find(|node| node["@id"] == id.as_str())
            .unwrap()
            .clone()
    };
    let (head, groups, orphans) = (node(""), node("/vulnerable-groups"), node("/orphans"));
    assert_eq!(head["@type"], "skos:ConceptScheme");
    let group_uri = format!("{BASE}/vocab/audience/vulnerable-groups");
    assert!(
        head["skos:hasTopConcept"]
            .as_array()
            .unwrap()
            .contains(&group_uri.clone().into())
    );
    assert_eq!(groups["skos:topConceptOf"], head["@id"]);
    assert_eq!(
        groups["skos:prefLabel"]["vi"],
        "Đối tượng yếu thế, dễ bị tổn thương"
    );
    let children = node("/children");
    assert_eq!(
        orphans["skos:broader"],
        Value::from(vec![children["@id"].clone()])
    );
    assert!(
        children["skos:narrower"]
            .as_array()
            .unwrap()
            .contains(&orphans["@id"])
    );
    assert_eq!(children["skos:broader"], Value::from(vec![group_uri]));
    assert_eq!(orphans["skos:inScheme"], head["@id"]);
    assert_eq!(orphans.get("skos:topConceptOf"), None);
}

#[actix_web::test]
async fn skos_carries_successors_validity_and_types() {
    let old = json_ld("/api/v1/vocabularies/place/gia-lai-province").await;
    let old = &old["@graph"][1];
    let new = format!("{BASE}/vocab/place/gia-lai-province-2025");
    assert_eq!(old["dct:isReplacedBy"], Value::from(vec![new]));
    assert_eq!(old["dct:valid"], "end=2025-06-30; scheme=W3C-DTF;");
    let kind = json_ld("/api/v1/vocabularies/product-kind/radio-play").await;
    let sound = vec!["http://purl.org/dc/dcmitype/Sound"];
    assert_eq!(kind["@graph"][1]["skos:broadMatch"], Value::from(sound));
    let udhr = json_ld("/api/v1/vocabularies/instrument/udhr").await;
    assert_eq!(udhr["@graph"][1]["dct:issued"]["@type"], "xsd:date");
    let ahrd = json_ld("/api/v1/vocabularies/instrument/ahrd").await;
    assert_eq!(ahrd["@graph"][1]["dct:issued"]["@type"], "xsd:gYear");
}

#[actix_web::test]
async fn answers_are_negotiated_and_revalidated() {
    let path = "/api/v1/vocabularies/theme";
    let get = |name: header::HeaderName, value: &str| {
        test::TestRequest::get()
            .uri(path)
            .insert_header((name, value.to_owned()))
    };
    let plain = call(get(header::ACCEPT, "*/*")).await;
    assert_eq!(header_of(&plain, header::VARY), "Accept");
    let tag = header_of(&plain, header::ETAG).to_owned();
    assert!(tag.starts_with("W/\""), "may be compressed: {tag}");
    let known = call(get(header::IF_NONE_MATCH, &tag)).await;
    assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(header_of(&known, header::ETAG), tag.as_str());
    assert_eq!(header_of(&known, header::VARY), "Accept");
    assert!(test::read_body(known).await.is_empty());
    let linked =
        get(header::IF_NONE_MATCH, &tag).insert_header((header::ACCEPT, "application/ld+json"));
    assert_eq!(
        call(linked).await.status(),
        StatusCode::OK,
        "the other form has another tag"
    );
    let by_name = format!("{path}?format=jsonld");
    let by_name = call(test::TestRequest::get().uri(&by_name)).await;
    assert_eq!(
        header_of(&by_name, header::CONTENT_TYPE),
        "application/ld+json"
    );
}

#[actix_web::test]
async fn lasting_addresses_lead_to_the_concept() {
    for (path, there) in [
        ("/vocab/theme", "/api/v1/vocabularies/theme"),
        ("/vocab/place/chu-se", "/api/v1/vocabularies/place/chu-se"),
        (
            "/vocab/organisation/district-pc/chu-se",
            "/api/v1/vocabularies/organisation/district-pc/chu-se",
        ),
    ] {
        let response = call(test::TestRequest::get().uri(path)).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        assert_eq!(
            header_of(&response, header::LOCATION),
            format!("{BASE}{there}").as_str()
        );
    }
}

#[actix_web::test]
async fn the_unknown_and_the_malformed_are_distinguished() {
    for (path, status) in [
        ("/api/v1/vocabularies/nothing", 404),
        ("/api/v1/vocabularies/place/nothing", 404),
        ("/vocab/place/nothing", 404),
        ("/api/v1/vocabularies/place?as_of=yesterday", 400),
        ("/api/v1/vocabularies/place/chu-se?expand=sideways", 400),
        ("/api/v1/vocabularies?lang=not_a_tag", 400),
        ("/api/v1/vocabularies?format=xml", 400),
    ] {
        let response = call(test::TestRequest::get().uri(path)).await;
        assert_eq!(response.status().as_u16(), status, "{path}");
    }
}
