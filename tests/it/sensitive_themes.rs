//! Which themes are sensitive is data of the vocabulary.

use serde_json::json;

use crate::archive::complete_work_but;
use crate::support::Archive;

#[test]
fn a_deployment_names_its_own_sensitive_themes() {
    let folder = tempfile::tempdir().unwrap();
    let own = json!({
        "scheme": "theme", "version": "1", "licence": "https://creativecommons.org/publicdomain/zero/1.0/",
        "title": { "vi": "Nội dung", "en": "Themes" },
        "concepts": [
            { "slug": "courts", "labels": { "vi": "Tòa án", "en": "Courts" }, "sensitive": true },
            { "slug": "appeals", "labels": { "vi": "Phúc thẩm", "en": "Appeals" }, "broader": ["courts"] }
        ]
    });
    std::fs::write(folder.path().join("theme.json"), own.to_string()).unwrap();
    let setting = folder.path().to_str().unwrap();
    let archive = Archive::start_with(&[("KHOCHUNG__VOCABULARY__FOLDER", setting)]);
    let editor = archive.holder("editor");
    for (theme, is_sensitive) in [
        ("courts", true),
        // What is narrower is sensitive, too.
        ("appeals", true),
        ("abuse-of-rights-law-violations", true),
        ("international-law", false),
    ] {
        let work = editor.create(&complete_work_but(&json!({ "themes": [theme] })));
        let path = format!(
            "/api/v1/assets/{}/publication",
            work["id"].as_str().unwrap()
        );
        let published = editor.put_json(&path, "\"1\"", &json!({}));
        assert_eq!(
            published.status == 200,
            !is_sensitive,
            "{theme}: {}",
            published.text()
        );
        let needs_approval = published.text().contains("second-approval-missing");
        assert_eq!(
            needs_approval,
            is_sensitive,
            "{theme}: {}",
            published.text()
        );
    }
}
