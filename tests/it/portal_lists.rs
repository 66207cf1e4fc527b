//! Lists of addresses for download programs, which the page for stations and the page of a work offer.

use std::time::Duration;

use crate::portal_reading::{attach, browse, publish, work};
use crate::support::signal::Signal;
use crate::support::{Archive, Client, eventually, eventually_within, path_of};

/// Publishes a recording of which there are copies for stations.
fn recording(editor: &Client, title: &str, seconds: f64) -> String {
    let created = path_of(&editor.create(&work(title)));
    let speech = Signal::silent(44_100, 2).speech(seconds, 0.1).to_wav();
    attach(editor, &created, "name=tin.wav", "audio/wav", &speech);
    eventually_within(Duration::from_secs(240), "the copies", || {
        let file = editor.get(&created).json()["files"][0].clone();
        let copies = file["sound"]["copies"].as_array()?;
        let is_made = copies.iter().any(|copy| copy["state"] == "made");
        let is_done = copies.iter().all(|copy| copy["state"] != "waiting");
        (is_made && is_done && file["processing"] == "ready").then_some(())
    });
    publish(editor, &created);
    created
}

/// Where the buttons of the page lead that download a recording.
fn offered(page: &str) -> Vec<String> {
    let buttons = page.split("<p class=\"row\"><a class=\"btn alt\" href=\"");
    let hrefs = buttons.skip(1).map(|rest| rest.split('"').next().unwrap());
    hrefs.map(str::to_owned).collect()
}

#[test]
fn the_list_of_a_station_has_what_its_page_offers() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    recording(&editor, "Bản tin một", 4.0);
    recording(&editor, "Bản tin hai", 5.0);
    let anybody = archive.anybody();
    let search = "/api/v1/search?has=audio&place=chu-se&sort=changed&limit=1";
    let cursor = eventually("both recordings", || {
        let found = anybody.get(search).json();
        found["next"].as_str().map(str::to_owned)
    });
    let both = browse(&anybody, "/dai?place=chu-se").text().to_owned();
    assert!(
        both.contains("Bản tin một") && both.contains("Bản tin hai"),
        "{both}"
    );
    for page in [
        "/dai?place=chu-se".to_owned(),
        format!("/dai?place=chu-se&after={cursor}"),
    ] {
        let html = browse(&anybody, &page).text().to_owned();
        let links = offered(&html);
        assert!(links.len() > 1, "with copies for stations: {html}");
        let list = format!("{page}&format=list");
        let href = format!("href=\"{}\"", list.replace('&', "&#38;"));
        assert!(html.contains(&href), "{href}: {html}");
        let text = anybody.get(&list).text().to_owned();
        let lines: Vec<&str> = text
            .lines()
            .map(|line| line.strip_prefix(archive.base()).unwrap())
            .collect();
        assert_eq!(lines, links);
        let feed = "href=\"/api/v1/search/feed?has=audio&#38;place=chu-se\"";
        assert!(html.contains(feed), "{html}");
    }
    let second = browse(&anybody, &format!("/dai?place=chu-se&after={cursor}"));
    let second = second.text().to_owned();
    assert!(
        second.contains("Bản tin một") && !second.contains("Bản tin hai"),
        "{second}"
    );
}

#[test]
fn lists_for_those_who_are_signed_in_are_kept_by_no_cache() {
    let archive = Archive::start();
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let created = path_of(&editor.create(&work("Bài viết")));
    publish(&editor, &created);
    let id = created.rsplit('/').next().unwrap();
    for list in [
        "/dai?format=list".to_owned(),
        format!("/t/{id}?format=list"),
    ] {
        let own = editor.get(&list);
        assert_eq!((own.status, own.header("cache-control")), (200, "no-store"));
        let public = anybody.get(&list);
        assert_eq!(public.header("content-type"), "text/plain; charset=utf-8");
        assert!(!public.header("etag").is_empty(), "{list}");
        for answer in [&own, &public] {
            assert!(answer.header("vary").contains("Cookie"), "{list}");
        }
    }
}
