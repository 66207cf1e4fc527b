//! Recipes and purposes of renditions.
//!
//! A recipe names how a rendition was made, with a version: `preview-400/1`. What a rendition may be
//! used for, its purposes, follows from its recipe, and only from here: delivery never chooses a
//! rendition by its size alone.

/// The sizes of previews, by the longer side in pixels, from large to small.
pub const PREVIEW_SIDES_PX: [u32; 3] = [1600, 400, 200];

/// The version of the preview recipes. It is incremented when the same image would give other bytes.
pub const PREVIEW_VERSION: u32 = 1;

/// The version of the public copies of sound and film. 2: MP3 without the bytes before its first frame.
const PUBLIC_COPY_VERSION: u32 = 2;

const PUBLIC_COPY_PREFIX: &str = "public-copy/";
const PREVIEW_PREFIX: &str = "preview-";
const STAFF_PREFIX: &str = "staff-";

/// What a rendition may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The copy that the public downloads in place of the original.
    PublicCopy,
    /// A small copy to show in lists and on pages.
    Preview,
    /// A copy for those who may download the original.
    Staff,
}

/// The recipe of a preview of this size.
pub fn preview(side_px: u32) -> String {
    format!("{PREVIEW_PREFIX}{side_px}/{PREVIEW_VERSION}")
}

/// The recipe of a copy of sound or film without places and owners.
pub fn public_copy() -> String {
    format!("{PUBLIC_COPY_PREFIX}{PUBLIC_COPY_VERSION}")
}

/// The name under which a failure is recorded: the recipe and the version of the program, because another version
/// may succeed.
pub fn attempt(recipe: &str) -> String {
    format!("{recipe} {}", env!("CARGO_PKG_VERSION"))
}

/// Whether a failure was recorded by another version than this one.
pub fn is_attempt_of_another_version(attempt: &str) -> bool {
    let version = attempt.split_once(' ').map(|(_, version)| version);
    version != Some(env!("CARGO_PKG_VERSION"))
}

/// Whether this is the recipe of a preview of this size, in any version.
pub fn is_preview_of(recipe: &str, side_px: u32) -> bool {
    recipe
        .strip_prefix(PREVIEW_PREFIX)
        .and_then(|rest| rest.split_once('/'))
        .is_some_and(|(side, _)| side.parse() == Ok(side_px))
}

/// Whether a rendition of this recipe may be used for a purpose. A rendition of an unknown recipe may
/// not be used for anything.
pub fn serves(recipe: &str, purpose: Purpose) -> bool {
    purposes(recipe).contains(&purpose)
}

/// Previews are rendered from pixels alone, so the largest is also the public copy.
fn purposes(recipe: &str) -> &'static [Purpose] {
    if recipe.starts_with(PREVIEW_PREFIX) {
        &[Purpose::PublicCopy, Purpose::Preview]
    } else if recipe.starts_with(PUBLIC_COPY_PREFIX) {
        &[Purpose::PublicCopy]
    } else if recipe.starts_with(STAFF_PREFIX) {
        &[Purpose::Staff]
    } else {
        &[]
    }
}

#[cfg(test)]
mod tests {
    use super::{Purpose, is_preview_of, serves};

    #[test]
    fn purposes_follow_from_the_recipe() {
        for (recipe, public, preview, staff) in [
            ("preview-1600/1", true, true, false),
            ("preview-200/7", true, true, false),
            ("public-copy/1", true, false, false),
            ("staff-4000/1", false, false, true),
            ("watermarked-4000/1", false, false, false),
            ("", false, false, false),
        ] {
            assert_eq!(serves(recipe, Purpose::PublicCopy), public, "{recipe}");
            assert_eq!(serves(recipe, Purpose::Preview), preview, "{recipe}");
            assert_eq!(serves(recipe, Purpose::Staff), staff, "{recipe}");
        }
    }

    #[test]
    fn a_preview_is_recognised_by_its_whole_size() {
        assert!(is_preview_of("preview-400/1", 400));
        assert!(is_preview_of("preview-400/12", 400));
        for other in [
            "preview-4000/1",
            "preview-40/1",
            "staff-400/1",
            "preview-400",
        ] {
            assert!(!is_preview_of(other, 400), "{other}");
        }
    }
}
