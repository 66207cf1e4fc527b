//! What is wrong with a configuration, in words.

use super::Language;
use crate::config::{ConfigProblem, RenamedSetting, Source};

/// One line about one problem.
pub fn sentence(problem: &ConfigProblem, language: Language) -> String {
    match problem {
        ConfigProblem::Unreadable { file, reason } => {
            let cannot = language.pick("không đọc được tệp cấu hình", "cannot read");
            format!("{cannot} {file}: {reason}")
        }
        ConfigProblem::NotToml { file, reason } => {
            let not = language.pick("tệp không phải TOML", "not TOML");
            format!("{not}: {file}: {reason}")
        }
        ConfigProblem::UnknownKey {
            key,
            source,
            nearest,
        } => {
            let unknown = language.pick("không có thiết lập", "no such setting:");
            let place = place(*source, language);
            let hint = nearest.as_ref().map_or_else(String::new, |name| {
                let meant = language.pick("ý bạn là", "did you mean");
                format!("; {meant} {name}?")
            });
            format!("{unknown} {key} ({place}){hint}")
        }
        ConfigProblem::WrongValue {
            key,
            source,
            reason,
        } => format!("{key} ({}): {reason}", place(*source, language)),
        ConfigProblem::OutOfRange { key, least, most } => {
            let between = language.pick("phải nằm trong khoảng", "must lie between");
            let and = language.pick("đến", "and");
            format!("{key}: {between} {least} {and} {most}")
        }
        ConfigProblem::NeverRecognised {
            key,
            media_type,
            usual,
        } => {
            let never = language.pick(
                "không tệp nào được nhận dạng là",
                "no file is ever recognised as",
            );
            let hint = usual.as_ref().map_or_else(String::new, |name| {
                let called = language.pick("hãy dùng", "use");
                format!("; {called} {name}")
            });
            format!("{key}: {never} {media_type}{hint}")
        }
        ConfigProblem::Malformed { key, wanted } => {
            let form = language.pick("phải có dạng", "must have the form");
            format!("{key}: {form} {wanted}")
        }
    }
}

/// A warning about a setting given by its old name.
pub fn renamed(setting: &RenamedSetting, language: Language) -> String {
    let RenamedSetting { old, new, source } = setting;
    let place = place(*source, language);
    let note = language.pick("là tên cũ; hãy dùng", "is an old name; use");
    format!("{old} ({place}) {note} {new}")
}

/// Where a value came from.
pub const fn place(source: Source, language: Language) -> &'static str {
    match source {
        Source::Default => language.pick("mặc định", "default"),
        Source::File => language.pick("tệp", "file"),
        Source::Environment => language.pick("biến môi trường", "environment"),
        Source::Flag => language.pick("tham số dòng lệnh", "flag"),
    }
}
