//! Copies of one picture are near-duplicates where the picture is the work, and only there.

use khochung::domain::access::{Actor, Role};
use khochung::domain::asset::{Asset, File, FileRole, MediaFacts, State};
use khochung::domain::{LanguageMap, LanguageTag, PictureHash, Sha256};
use khochung::services::search::SearchRequest;
use khochung::services::search::admission::requester::Requester;
use khochung::storage::catalog::{ChangeSet, EventKind, HashedPicture, Write};

use super::{Library, holder, id, now, numbers, slug, work};

const RECIPE: &str = "perceptual-hash/1";
const PICTURE: u64 = 0x0F1E_2D3C_4B5A_6978;
const OTHER: u64 = !PICTURE;
/// Eight bits away from the picture, one in each byte: a copy.
const COPY: u64 = PICTURE ^ 0x0101_0101_0101_0101;
/// Two bits further: no copy.
const NEARLY: u64 = COPY ^ 0x8000_0000_0000_0080;

const BODY: &str = "Sáng nay, tại thành phố Pleiku, Ủy ban nhân dân tỉnh tổ chức hội nghị tập huấn công tác truyền \
    thông về quyền con người cho cán bộ, công chức các sở, ngành và địa phương trên địa bàn tỉnh.";
const OTHER_BODY: &str = "Đội bóng đá nữ của trường giành chiến thắng trong trận chung kết toàn quốc diễn ra chiều qua \
    trên sân vận động trung tâm với tỷ số cách biệt ba bàn không gỡ.";

fn blob(number: u8) -> Sha256 {
    Sha256::from_bytes([number; 32])
}

fn file(number: u8, media_type: &str, role: FileRole) -> File {
    File {
        sha256: blob(number),
        role,
        media_type: media_type.into(),
        size: 7,
        name: "ảnh".into(),
        title: LanguageMap::default(),
        alt: LanguageMap::default(),
        language: None,
        facts: MediaFacts::default(),
        redacted: Vec::new(),
        text_correction: None,
        attached_at: now(),
    }
}

/// A published poster of these pictures, called `Áp phích`, without a text.
fn poster(number: u128, pictures: &[u8]) -> Asset {
    let mut poster = work(number, "Áp phích", "");
    poster.work.body = None;
    poster.work.kind = Some(slug("poster"));
    let original = |number: &u8| file(*number, "image/jpeg", FileRole::Original);
    poster.files = pictures.iter().map(original).collect();
    poster
}

fn with_body(mut asset: Asset, kind: &str, body: &str) -> Asset {
    asset.work.kind = Some(slug(kind));
    asset.work.body = Some(body.into());
    asset
}

fn described(mut asset: Asset, description: &str) -> Asset {
    let vietnamese = LanguageTag::parse("vi").unwrap();
    asset.work.descriptions = [(vietnamese, description.to_owned())].into_iter().collect();
    asset
}

async fn look(library: &Library, looks: &[(u8, Option<u64>)]) {
    let mut changes = ChangeSet::by(&Actor::System, now());
    for (number, bits) in looks {
        changes = changes.write(Write::HashedPicture(HashedPicture {
            of: blob(*number),
            recipe: RECIPE.into(),
            hash: bits.map(PictureHash::from_bits),
        }));
    }
    library.commit(changes).await;
}

/// Works with hashed pictures: 1 and 2 are copies, 3 nearly, 4 is another picture, 5 is blank, 6
/// cannot be decoded.
async fn seen(works: impl IntoIterator<Item = Asset>) -> Library {
    let library = Library::with(works).await;
    let looks = [PICTURE, COPY, NEARLY, OTHER].map(Some);
    let looks: Vec<_> = (1..).zip(looks).chain([(5, None)]).collect();
    look(&library, &looks).await;
    library
}

/// The duplicates of a work that an actor sees.
async fn duplicates(library: &Library, actor: &Actor, number: u128) -> Vec<u128> {
    let found = library
        .search
        .similar(&Requester::Unlimited, actor, id(number), 10)
        .await
        .unwrap();
    let found = found.unwrap().duplicates.into_iter();
    let mut numbers: Vec<_> = found
        .map(|asset| u128::from_be_bytes(*asset.id.as_bytes()))
        .collect();
    numbers.sort_unstable();
    numbers
}

/// Whether two works count as duplicates, from either side and among search results.
async fn are_duplicates(one: Asset, other: Asset) -> bool {
    let library = seen([one, other]).await;
    let answer = library.ask(SearchRequest::for_text("áp phích")).await;
    let is_grouped = match answer.hits.as_slice() {
        [first] => first.duplicates.len() == 1,
        both => {
            assert_eq!(both.len(), 2);
            false
        }
    };
    for (number, other) in [(1, 2), (2, 1)] {
        let expected: &[u128] = if is_grouped { &[other] } else { &[] };
        assert_eq!(
            duplicates(&library, &Actor::Anonymous, number).await,
            expected
        );
    }
    is_grouped
}

#[tokio::test]
async fn copies_are_grouped_as_soon_as_they_are_hashed() {
    let works = [1, 2, 3, 4].map(|number| poster(u128::from(number), &[number]));
    let library = Library::with(works).await;
    let request = || SearchRequest::for_text("áp phích");
    assert_eq!(library.ask(request()).await.hits.len(), 4);

    look(&library, &[(1, Some(PICTURE)), (3, Some(NEARLY))]).await;
    look(&library, &[(2, Some(COPY)), (4, Some(OTHER))]).await;
    // The third is too far from the first, though not from the second.
    assert_eq!(duplicates(&library, &Actor::Anonymous, 1).await, [2]);
    assert_eq!(duplicates(&library, &Actor::Anonymous, 2).await, [1, 3]);
    assert_eq!(duplicates(&library, &Actor::Anonymous, 4).await, []);
    let mut ungrouped = request();
    ungrouped.group_duplicates = false;
    let all = numbers(&library.ask(ungrouped).await);
    let grouped = library.ask(request()).await;
    assert_eq!(all.len(), 4);
    assert!(grouped.hits.len() < 4);
    let duplicates = grouped.hits.iter().map(|hit| hit.duplicates.len());
    assert_eq!(grouped.hits.len() + duplicates.sum::<usize>(), 4);
}

#[tokio::test]
async fn the_picture_decides_when_it_is_the_work() {
    let essay: Vec<u8> = (1..=20)
        .filter(|number| !matches!(number, 2 | 3 | 5 | 6))
        .collect();
    let cover = |role| {
        let mut film = poster(2, &[2]);
        film.files.push(file(9, "video/mp4", role));
        film
    };
    let cases = [
        ("two copies", poster(1, &[1]), poster(2, &[2]), true),
        (
            "two different ones",
            poster(1, &[1]),
            poster(2, &[4]),
            false,
        ),
        ("the same file", poster(1, &[1]), poster(2, &[1]), true),
        ("a blank back", poster(1, &[1, 5]), poster(2, &[2]), true),
        ("two blank ones", poster(1, &[5]), poster(2, &[5]), false),
        (
            "a side that nobody can read",
            poster(1, &[1, 6]),
            poster(2, &[2]),
            false,
        ),
        (
            "both sides in another order",
            poster(1, &[1, 4]),
            poster(2, &[4, 2]),
            true,
        ),
        (
            "one of twenty photos",
            poster(1, &essay),
            poster(2, &[2]),
            false,
        ),
        (
            "the cover of a film",
            poster(1, &[1]),
            cover(FileRole::Original),
            false,
        ),
        (
            "something attached to it",
            poster(1, &[1]),
            cover(FileRole::Attachment),
            true,
        ),
    ];
    for (what, one, other, expected) in cases {
        assert_eq!(are_duplicates(one, other).await, expected, "{what}");
    }
}

#[tokio::test]
async fn bodies_take_precedence_over_pictures_and_pictures_over_descriptions() {
    let bare = |number, picture| poster(number, &[picture]);
    let cases = [
        (
            "two articles under one logo",
            with_body(bare(1, 1), "article", BODY),
            with_body(bare(2, 1), "article", OTHER_BODY),
            false,
        ),
        (
            "one article under two photos",
            with_body(bare(1, 1), "article", BODY),
            with_body(bare(2, 4), "article", &format!("(GLO) - {BODY}")),
            true,
        ),
        (
            "an article and its photo",
            with_body(bare(1, 1), "article", BODY),
            bare(2, 2),
            false,
        ),
        (
            "a poster whose words were typed in",
            with_body(bare(1, 1), "poster", BODY),
            bare(2, 2),
            true,
        ),
        (
            "one poster described by two bodies",
            described(bare(1, 1), BODY),
            described(bare(2, 2), OTHER_BODY),
            true,
        ),
        (
            "two photos of one event under one caption",
            described(bare(1, 1), BODY),
            described(bare(2, 4), BODY),
            false,
        ),
        (
            "two pictures that nobody can read under one caption",
            described(bare(1, 6), BODY),
            described(bare(2, 6), BODY),
            true,
        ),
    ];
    for (what, one, other, expected) in cases {
        assert_eq!(are_duplicates(one, other).await, expected, "{what}");
    }
}

#[tokio::test]
async fn a_copy_that_the_actor_may_not_see_is_not_listed() {
    let mut draft = poster(2, &[2]);
    draft.state = State::Draft;
    let library = seen([poster(1, &[1]), draft]).await;
    let answer = library.ask(SearchRequest::for_text("áp phích")).await;
    assert_eq!(numbers(&answer), [1]);
    assert_eq!(answer.hits[0].duplicates, []);
    assert_eq!(duplicates(&library, &Actor::Anonymous, 1).await, []);
    let editor = holder(Role::Editor, None);
    assert_eq!(duplicates(&library, &editor, 1).await, [2]);

    // A withdrawn work is not listed for anybody.
    let mut gone = poster(2, &[2]);
    gone.revision = gone.revision.next();
    gone.state = State::Withdrawn {
        reason: "sai".into(),
    };
    library.put(gone, EventKind::Withdrawn).await;
    assert_eq!(duplicates(&library, &editor, 1).await, []);
}

#[tokio::test]
async fn hashes_of_another_recipe_are_not_compared() {
    let library = Library::with([poster(1, &[1]), poster(2, &[2])]).await;
    let mut changes = ChangeSet::by(&Actor::System, now());
    for (number, recipe) in [(1, RECIPE), (2, "perceptual-hash/0")] {
        changes = changes.write(Write::HashedPicture(HashedPicture {
            of: blob(number),
            recipe: recipe.into(),
            hash: Some(PictureHash::from_bits(PICTURE)),
        }));
    }
    library.commit(changes).await;
    assert_eq!(duplicates(&library, &Actor::Anonymous, 1).await, []);
    look(&library, &[(2, Some(PICTURE))]).await;
    assert_eq!(duplicates(&library, &Actor::Anonymous, 1).await, [2]);
}

#[tokio::test]
async fn a_rebuilt_index_finds_the_same_copies() {
    let library = seen([poster(1, &[1]), poster(2, &[2]), poster(3, &[3])]).await;
    let before = duplicates(&library, &Actor::Anonymous, 2).await;
    assert_eq!(before, [1, 3]);
    library.search.reindex(|_| ()).await.unwrap();
    assert_eq!(duplicates(&library, &Actor::Anonymous, 2).await, before);
    // A work that comes later with a file that is known already is known at once.
    library.put(poster(4, &[1]), EventKind::Created).await;
    assert_eq!(duplicates(&library, &Actor::Anonymous, 2).await, [1, 3, 4]);
}
