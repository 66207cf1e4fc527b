//! Which column of a table fills which property.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::domain::LanguageTag;
use crate::interfaces::messages::tables::{COLUMNS, is_of_result};

/// The language of titles and descriptions in columns that name none.
pub(super) const DEFAULT_LANGUAGE: &str = "vi";

/// What a column fills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) property: &'static str,
    /// Of titles, descriptions and text alternatives.
    pub(super) language: String,
}

/// The columns of a table, in order; none for those that mean nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    columns: Vec<Option<Column>>,
}

impl Columns {
    /// Recognises the names.
    pub fn of(header: &[String]) -> Self {
        let columns = header.iter().map(|name| recognise(name)).collect();
        Self { columns }
    }

    /// Whether a column fills what a column of this name would.
    pub fn has_same(&self, name: &str) -> bool {
        let wanted = recognise(name);
        self.columns
            .iter()
            .any(|column| column.is_some() && *column == wanted)
    }

    /// Whether no column means anything.
    pub fn is_empty(&self) -> bool {
        self.columns.iter().all(Option::is_none)
    }

    /// The names that mean nothing, of this header.
    pub fn unknown<'h>(&self, header: &'h [String]) -> Vec<&'h str> {
        let names = header.iter().zip(&self.columns);
        let unknown = names
            .filter(|(name, column)| column.is_none() && !name.is_empty() && !is_of_result(name));
        unknown.map(|(name, _)| name.as_str()).collect()
    }

    /// The name in this header of the column at which a JSON pointer points.
    pub fn at<'h>(&self, pointer: &str, header: &'h [String]) -> Option<&'h str> {
        let mut parts = pointer.split('/').skip(1);
        let (property, language) = (parts.next()?, parts.next());
        let property = match property {
            "identifiers" => "own_id",
            property => property,
        };
        let fills = |column: &Column| {
            let is_language = language.is_none_or(|language| column.language == language);
            column.property == property && (is_language || !is_by_language(property))
        };
        let position = self
            .columns
            .iter()
            .position(|column| column.as_ref().is_some_and(fills));
        header.get(position?).map(String::as_str)
    }

    /// The cells that say something, with what they fill.
    pub(super) fn cells<'t>(
        &'t self,
        cells: &'t [String],
    ) -> impl Iterator<Item = (&'t Column, &'t str)> {
        let pairs = self.columns.iter().zip(cells);
        pairs.filter_map(|(column, cell)| {
            let cell = without_mark(cell.trim());
            (!cell.is_empty()).then_some((column.as_ref()?, cell))
        })
    }
}

/// Without the mark by which [`result_table`](super::result_table) keeps spreadsheets from taking a cell for a formula.
fn without_mark(cell: &str) -> &str {
    let marked = cell.strip_prefix('\'');
    marked
        .filter(|rest| rest.starts_with(['=', '+', '@']))
        .unwrap_or(cell)
}

/// Whether the property has a value for each language.
pub(super) fn is_by_language(property: &str) -> bool {
    matches!(property, "titles" | "descriptions" | "alt")
}

/// `Tiêu đề`, `TIEU DE (en)`, `title_en`, `Title [jra]`, `Tệp 2`.
fn recognise(name: &str) -> Option<Column> {
    let folded = fold(name);
    if let Some(property) = property_of(&folded) {
        let language = DEFAULT_LANGUAGE.to_owned();
        return Some(Column { property, language });
    }
    let open = folded.rfind(['(', '[', ' '])?;
    let (name, rest) = folded.split_at(open);
    let property = property_of(name.trim_end())?;
    let rest = rest.trim_matches(['(', '[', ' ', ')', ']']);
    if rest.bytes().all(|byte| byte.is_ascii_digit()) && !rest.is_empty() {
        let language = DEFAULT_LANGUAGE.to_owned();
        return Some(Column { property, language });
    }
    let language = LanguageTag::parse(rest).ok()?.to_string();
    is_by_language(property).then_some(Column { property, language })
}

fn property_of(folded: &str) -> Option<&'static str> {
    let mut columns = COLUMNS.iter();
    let found = columns.find(|column| {
        let mut names = column.vi.iter().chain(column.en);
        fold(column.property) == folded || names.any(|name| fold(name) == folded)
    });
    found.map(|column| column.property)
}

/// A name without case and accents, words parted by one space.
pub(super) fn fold(text: &str) -> String {
    let plain = text.nfd().filter(|letter| !is_combining_mark(*letter));
    let plain: String = plain
        .flat_map(char::to_lowercase)
        .map(|letter| match letter {
            'đ' => 'd',
            '_' => ' ',
            letter => letter,
        })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::recognise;

    #[test]
    fn names_are_recognised_in_both_languages_without_case_and_accents() {
        for (name, expected) in [
            ("Tiêu đề", Some(("titles", "vi"))),
            ("TIEU DE", Some(("titles", "vi"))),
            ("Title (en)", Some(("titles", "en"))),
            ("title_en", Some(("titles", "en"))),
            ("Tên tác phẩm [jra]", Some(("titles", "jra"))),
            ("Điều kiện sử dụng", Some(("reuse_terms", "vi"))),
            ("Tệp 2", Some(("files", "vi"))),
            ("credit_line", Some(("credit_line", "vi"))),
            ("Kind (en)", None),
            ("Lý do", None),
            ("Ghi chú nội bộ", None),
            ("", None),
        ] {
            let found = recognise(name);
            let found = found
                .as_ref()
                .map(|column| (column.property, column.language.as_str()));
            assert_eq!(found, expected, "{name}");
        }
    }
}
