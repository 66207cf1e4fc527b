//! The vocabularies for readers, and the pages that explain the archive.

use serde_json::json;

use crate::portal_reading::{browse, check_page, publish, work};
use crate::support::{Archive, Client, eventually, path_of};

fn page(client: &Client, path: &str) -> String {
    let answer = browse(client, path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    let language = if path.starts_with("/en/") { "en" } else { "vi" };
    check_page(&answer, language);
    answer.text().to_owned()
}

#[test]
fn every_vocabulary_is_listed_and_opens_in_both_languages() {
    let archive = Archive::start();
    let anybody = archive.anybody();
    let schemes = anybody.get("/api/v1/vocabularies").json();
    let schemes = schemes["items"].as_array().unwrap();
    assert!(schemes.len() > 10);
    for (list, language) in [("/danh-muc", "vi"), ("/en/vocabularies", "en")] {
        let html = page(&anybody, list);
        for scheme in schemes {
            let title = scheme["title"][language].as_str().unwrap();
            let slug = scheme["slug"].as_str().unwrap();
            assert!(
                html.contains(&format!(
                    "href=\"{list}?scheme={slug}\" lang=\"{language}\">{title}<"
                )),
                "{title} in {html}"
            );
            let tree = page(&anybody, &format!("{list}?scheme={slug}"));
            // Every list that begins ends.
            for (begin, end) in [("<ul", "</ul>"), ("<li", "</li>")] {
                let begun = tree.matches(begin).count()
                    - tree.matches("<link").count() * usize::from(begin == "<li");
                assert_eq!(begun, tree.matches(end).count(), "{slug}: {begin}");
            }
            let sorted = page(
                &anybody,
                &format!("{list}?scheme={slug}&order=alphabetical"),
            );
            assert_eq!(
                tree.matches(" id=\"k-").count(),
                sorted.matches(" id=\"k-").count()
            );
        }
    }
    assert_eq!(browse(&anybody, "/danh-muc?scheme=khong-co").status, 404);
}

#[test]
fn terms_stand_in_vietnamese_order_with_their_dates_and_successors() {
    let archive = Archive::start();
    let html = page(
        &archive.anybody(),
        "/danh-muc?scheme=place&order=alphabetical",
    );
    // As ICU sorts them: Đ is a letter after D, a space comes before letters.
    let names = [
        "Huyện Chư Păh",
        "Huyện Chư Sê",
        "Huyện Đak Đoa",
        "Huyện Đak Pơ",
        "Huyện Đức Cơ",
        "Huyện Ia Grai",
        "Huyện KBang",
    ];
    let places = names.map(|name| html.find(&format!("<bdi>{name}</bdi></span>")).unwrap());
    assert!(places.is_sorted(), "{places:?}");
    let district = html
        .split("id=\"k-chu-se\"")
        .nth(1)
        .unwrap()
        .split("</li>")
        .next()
        .unwrap();
    assert!(district.contains("(đến 30/6/2025)"), "{district}");
    // In the tree a district stands below its province, and a commune below its district.
    let tree = page(&archive.anybody(), "/en/vocabularies?scheme=place");
    let province = tree.split("id=\"k-gia-lai-province\"").nth(1).unwrap();
    let before = &province[..province.find("id=\"k-chu-se\"").unwrap()];
    let depth = before.matches("<ul>").count() - before.matches("</ul>").count();
    assert_eq!(depth, 1);
}

#[test]
fn a_term_counts_the_works_that_the_reader_may_see() {
    let archive = Archive::start();
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    for (title, is_public) in [("Một", true), ("Hai", true), ("Nháp", false)] {
        let mut made = work(title);
        made["languages"] = json!(["jra"]);
        let path = path_of(&editor.create(&made));
        if is_public {
            publish(&editor, &path);
        }
    }
    let link = |count: usize| format!("href=\"/tim?language=jra\">{count} tác phẩm<");
    eventually("the works are counted", || {
        let editors = page(&editor, "/danh-muc?scheme=language");
        editors.contains(&link(3)).then_some(())
    });
    let html = page(&anybody, "/danh-muc?scheme=language");
    assert!(html.contains(&link(2)), "{html}");
    let kinds = page(&anybody, "/en/vocabularies?scheme=product-kind");
    assert!(
        kinds.contains("href=\"/en/search?kind=radio-reportage\">2 works<"),
        "{kinds}"
    );
    assert_eq!(kinds.matches("class=\"count\"").count(), 1, "{kinds}");
}

#[test]
fn every_page_leads_to_help_and_the_accessibility_statement() {
    let archive = Archive::start();
    let anybody = archive.anybody();
    for (home, help, statement, words) in [
        ("/", "/tro-giup", "/tiep-can", "mức AA của WCAG 2.2"),
        (
            "/en",
            "/en/help",
            "/en/accessibility",
            "level AA of WCAG 2.2",
        ),
    ] {
        let html = browse(&anybody, home).text().to_owned();
        assert!(html.contains(&format!("href=\"{help}\"")), "{html}");
        assert!(html.contains(&format!("href=\"{statement}\"")), "{html}");
        assert!(page(&anybody, statement).contains(words));
        // The example of the help page is a search that works.
        let text = page(&anybody, help);
        let example = text
            .split("/search?q=")
            .nth(1)
            .or(text.split("/tim?q=").nth(1))
            .unwrap();
        let query = example.split('"').next().unwrap();
        assert_eq!(
            anybody.get(&format!("/api/v1/search?q={query}")).status,
            200
        );
    }
}
