//! A work passes to another body.

use super::Asset;
use crate::domain::{Slug, Timestamp};

impl Asset {
    /// The work in the responsibility of another body. State, decisions and words stay, and so does the body that
    /// issued it.
    #[must_use]
    pub fn pass_to(&self, successor: &Slug, now: Timestamp) -> Self {
        let mut next = self.clone();
        next.issuer = self
            .issued_by()
            .filter(|issuer| *issuer != successor)
            .cloned();
        next.work.organisation = Some(successor.clone());
        self.next_revision(next, now)
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::asset::{Asset, AssetId, State, Work};
    use crate::domain::{Slug, Timestamp};

    fn slug(text: &str) -> Slug {
        Slug::parse(text).unwrap()
    }

    #[test]
    fn the_issuer_stays_through_every_succession() {
        let now = Timestamp::from_millis(1_795_395_600_000);
        let mut work = Work::new();
        work.organisation = Some(slug("a"));
        let mut first = Asset::take_in(AssetId::from_bytes([7; 16]), work, now);
        first.state = State::Submitted;
        assert_eq!(
            (first.issued_by(), &first.issuer),
            (Some(&slug("a")), &None)
        );
        let second = first.pass_to(&slug("b"), now);
        let third = second.pass_to(&slug("c"), now);
        for (asset, responsible) in [(&second, "b"), (&third, "c")] {
            assert_eq!(asset.work.organisation, Some(slug(responsible)));
            assert_eq!(asset.issued_by(), Some(&slug("a")));
            assert_eq!(asset.state, State::Submitted);
        }
        assert_eq!(third.revision.0, 3);
        // Back where it came from, it is as it was.
        assert_eq!(third.pass_to(&slug("a"), now).issuer, None);
    }
}
