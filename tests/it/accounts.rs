//! Accounts: their life from invitation to being forgotten, and how sessions end by themselves.

use khochung::domain::access::{Actor, Role};
use khochung::domain::account::{Account, AccountState};
use khochung::domain::asset::Revision;
use khochung::domain::{Rule, Slug, Timestamp};
use khochung::services::accounts::{
    AccountChange, AccountsError, Administration, FORGET_AFTER_DAYS, HandOver, Invite,
    LINK_SECONDS, NewAccount, Session,
};
use khochung::storage::catalog::{ChangeSet, KeyRange, KeyedRecord, RecordKey, Write};
use serde_json::json;

use crate::archive::{Archive, MORNING, editor};

pub(crate) const PASSWORD: &str = "trời xanh 7 quả đồi";
const OTHER_PASSWORD: &str = "sông dài 9 khúc quanh";
pub(crate) const LOGIN: &str = "phong.vh@gialai.example";
const HOUR: i64 = 3_600;

pub(crate) fn contributor(login: &str) -> NewAccount {
    NewAccount {
        login: login.to_owned(),
        display: Some("Phòng Văn hoá".to_owned()),
        role: Role::Contributor,
        organisation: Some(Slug::parse("dic").unwrap()),
    }
}

async fn invited(administration: &Administration, wanted: NewAccount) -> (Account, String) {
    let how = Invite::default();
    let made = administration
        .invite(&Actor::System, wanted, &how)
        .await
        .unwrap();
    let link = made.handed_over.link().unwrap().reveal().to_owned();
    (made.account, link)
}

async fn reset(administration: &Administration, account: &Account) -> String {
    let way = HandOver::default();
    let handed_over = administration
        .reset(&Actor::System, &account.id, way)
        .await
        .unwrap();
    handed_over.link().unwrap().reveal().to_owned()
}

pub(crate) async fn active(archive: &Archive, wanted: NewAccount) -> Account {
    let administration = &archive.accounts.administration;
    let (_, link) = invited(administration, wanted).await;
    let redeemed = archive.accounts.own.redeem(&link, PASSWORD, None);
    redeemed.await.unwrap()
}

pub(crate) async fn signed_in(archive: &Archive, login: &str, password: &str) -> (String, Session) {
    let begun = archive
        .accounts
        .sign_in
        .with_password(login, password, None);
    let (secret, session) = begun.await.unwrap();
    (secret.reveal().to_owned(), session)
}

fn later(seconds: i64) -> Timestamp {
    MORNING.plus_seconds(seconds)
}

fn rules(error: AccountsError) -> Vec<(String, Rule)> {
    let violations = match error {
        AccountsError::Invalid(violations) => violations,
        other => {
            assert_eq!(other.to_string(), "the request breaks rules");
            return Vec::new();
        }
    };
    let broken = violations.listed().iter();
    broken
        .map(|one| (one.pointer.clone(), one.rule.clone()))
        .collect()
}

#[tokio::test]
async fn an_account_is_invited_used_and_closed() {
    let archive = Archive::new();
    let administration = &archive.accounts.administration;
    let (account, link) = invited(administration, contributor(" Phong.VH@gialai.example")).await;
    assert_eq!(account.state, AccountState::Invited);
    assert_eq!(account.login.as_ref().unwrap().as_str(), LOGIN);
    let account = archive
        .accounts
        .own
        .redeem(&link, PASSWORD, Some("Văn hoá xã"))
        .await
        .unwrap();
    assert_eq!(account.state, AccountState::Active);
    assert_eq!(account.display.as_deref(), Some("Văn hoá xã"));
    let (cookie, session) = signed_in(&archive, "PHONG.VH@gialai.example", PASSWORD).await;
    assert_eq!(
        session.actor.to_string(),
        format!("contributor:{}", account.id)
    );
    assert_eq!(
        session.actor.organisation(),
        Slug::parse("dic").ok().as_ref()
    );
    assert_eq!(
        archive.accounts.sessions.find(&cookie).await.unwrap(),
        session
    );

    let closed = administration
        .close(&Actor::System, &account.id)
        .await
        .unwrap();
    assert_eq!(closed.state, AccountState::Closed { at: MORNING });
    let refused = archive.accounts.sessions.find(&cookie).await;
    assert!(matches!(refused, Err(AccountsError::NotValid)));
    let refused = archive
        .accounts
        .sign_in
        .with_password(LOGIN, PASSWORD, None)
        .await;
    assert!(matches!(refused, Err(AccountsError::WrongCredentials)));
    // The login name of the post is free for the next account.
    active(&archive, contributor(LOGIN)).await;
}

#[tokio::test]
async fn a_closed_account_is_forgotten_everywhere_after_its_time() {
    let archive = Archive::new();
    let administration = &archive.accounts.administration;
    let account = active(&archive, contributor(LOGIN)).await;
    let before = archive
        .catalog
        .records("accounts", KeyRange::default(), 9)
        .await
        .unwrap();
    let stored = serde_json::to_string(&before[0].value).unwrap();
    assert!(!stored.contains("gialai"), "readable: {stored}");
    administration
        .close(&Actor::System, &account.id)
        .await
        .unwrap();
    archive.clock.set(later(FORGET_AFTER_DAYS * 24 * HOUR - 1));
    assert_eq!(administration.forget_closed().await.unwrap(), 0);
    assert!(archive.keys.of(account.id.as_str()).is_some());
    archive.clock.set(later(FORGET_AFTER_DAYS * 24 * HOUR));
    assert_eq!(administration.forget_closed().await.unwrap(), 1);
    assert_eq!(administration.forget_closed().await.unwrap(), 0);
    // Without the key the bytes in the journal say nothing any more.
    assert_eq!(archive.keys.of(account.id.as_str()), None);
    let forgotten = administration
        .read(&Actor::System, &account.id)
        .await
        .unwrap();
    assert_eq!((&forgotten.login, &forgotten.display), (&None, &None));
    assert_eq!(forgotten.role, Role::Contributor);
    assert_eq!(forgotten.organisation, account.organisation);
    assert_eq!(forgotten.state, AccountState::Closed { at: MORNING });
    // A key that a kill left behind goes with the next run.
    archive.keys.ensure(account.id.as_str(), [9; 32]).unwrap();
    assert_eq!(administration.forget_closed().await.unwrap(), 1);
    assert_eq!(archive.keys.of(account.id.as_str()), None);
}

#[tokio::test]
async fn an_account_without_its_key_is_forgotten_too() {
    let archive = Archive::new();
    let administration = &archive.accounts.administration;
    let account = active(&archive, contributor(LOGIN)).await;
    administration
        .close(&Actor::System, &account.id)
        .await
        .unwrap();
    // A run was killed between the key and the record.
    archive.keys.remove(account.id.as_str()).unwrap();
    archive.clock.set(later(FORGET_AFTER_DAYS * 24 * HOUR));
    assert_eq!(administration.forget_closed().await.unwrap(), 1);
    assert_eq!(administration.forget_closed().await.unwrap(), 0);
    let stored = archive
        .catalog
        .records("accounts", KeyRange::default(), 9)
        .await
        .unwrap();
    let stored = serde_json::to_string(&stored[0].value).unwrap();
    assert!(!stored.contains("sealed"), "{stored}");
}

#[tokio::test]
async fn a_link_is_used_once_and_not_for_ever() {
    let archive = Archive::new();
    let administration = &archive.accounts.administration;
    let own = &archive.accounts.own;
    let (_, link) = invited(administration, contributor(LOGIN)).await;
    // A password that is refused leaves the link.
    let refused = own.redeem(&link, "password123", None).await.unwrap_err();
    assert_eq!(
        rules(refused),
        [("/password".to_owned(), Rule::EasyToGuess)]
    );
    // Of two uses at once one counts.
    let both = tokio::join!(
        own.redeem(&link, PASSWORD, None),
        own.redeem(&link, OTHER_PASSWORD, None)
    );
    let results = [both.0, both.1];
    assert_eq!(
        results.iter().filter(|result| result.is_ok()).count(),
        1,
        "{results:?}"
    );
    let is_not_valid = |result: &Result<Account, AccountsError>| {
        matches!(result, Err(AccountsError::LinkNotValid))
    };
    assert!(results.iter().any(is_not_valid));
    assert!(is_not_valid(&own.redeem(&link, PASSWORD, None).await));
}

#[tokio::test]
async fn a_link_ends_by_itself_and_with_the_next_one() {
    let archive = Archive::new();
    let administration = &archive.accounts.administration;
    let own = &archive.accounts.own;
    let account = active(&archive, contributor(LOGIN)).await;
    let is_not_valid = |result: &Result<Account, AccountsError>| {
        matches!(result, Err(AccountsError::LinkNotValid))
    };
    // A new link replaces the earlier; both end by themselves.
    let first = reset(administration, &account).await;
    let second = reset(administration, &account).await;
    assert!(is_not_valid(&own.redeem(&first, PASSWORD, None).await));
    archive.clock.set(later(LINK_SECONDS));
    assert!(is_not_valid(&own.redeem(&second, PASSWORD, None).await));
    for wrong in ["", "x", &format!("{}.x", account.id), &second[1..]] {
        assert!(
            is_not_valid(&own.redeem(wrong, PASSWORD, None).await),
            "{wrong}"
        );
    }
    let login = archive
        .accounts
        .sign_in
        .with_password(LOGIN, PASSWORD, None)
        .await;
    assert!(
        matches!(login, Err(AccountsError::WrongCredentials)),
        "reset took the password"
    );
}

#[tokio::test]
async fn a_session_ends_when_idle_and_at_its_end() {
    let archive = Archive::new();
    active(&archive, contributor(LOGIN)).await;
    let (idle, _) = signed_in(&archive, LOGIN, PASSWORD).await;
    let (used, session) = signed_in(&archive, LOGIN, PASSWORD).await;
    let sessions = &archive.accounts.sessions;
    archive.clock.set(later(HOUR));
    sessions.find(&used).await.unwrap();
    archive.clock.set(later(2 * HOUR - 1));
    sessions.find(&used).await.unwrap();
    archive.clock.set(later(2 * HOUR));
    let ended = sessions.find(&idle).await;
    assert!(matches!(ended, Err(AccountsError::NotValid)), "{ended:?}");
    for hour in 2..12 {
        archive.clock.set(later(hour * HOUR));
        sessions.find(&used).await.unwrap();
    }
    assert_eq!(session.expires_at, later(12 * HOUR));
    archive.clock.set(later(12 * HOUR - 1));
    sessions.find(&used).await.unwrap();
    archive.clock.set(later(12 * HOUR));
    let ended = sessions.find(&used).await;
    assert!(matches!(ended, Err(AccountsError::NotValid)), "{ended:?}");
}

#[tokio::test]
async fn another_role_ends_all_sessions() {
    let archive = Archive::new();
    let administration = &archive.accounts.administration;
    let account = active(&archive, contributor(LOGIN)).await;
    let (cookie, _) = signed_in(&archive, LOGIN, PASSWORD).await;
    archive.accounts.sessions.find(&cookie).await.unwrap();
    let change = AccountChange {
        role: Some(Role::Editor),
        organisation: Some(None),
    };
    let stale = administration
        .change(&Actor::System, &account.id, Revision(1), change.clone())
        .await;
    assert!(matches!(stale, Err(AccountsError::Stale { current }) if current == account.revision));
    let changed = administration
        .change(&Actor::System, &account.id, account.revision, change)
        .await
        .unwrap();
    assert_eq!((changed.role, changed.organisation), (Role::Editor, None));
    let ended = archive.accounts.sessions.find(&cookie).await;
    assert!(matches!(ended, Err(AccountsError::NotValid)));
    let (_, session) = signed_in(&archive, LOGIN, PASSWORD).await;
    assert_eq!(session.actor.to_string(), format!("editor:{}", account.id));
}

#[tokio::test]
async fn the_last_administrator_cannot_remove_itself() {
    let archive = Archive::new();
    let administration = &archive.accounts.administration;
    let admin = |login: &str| NewAccount {
        login: login.to_owned(),
        display: None,
        role: Role::Admin,
        organisation: None,
    };
    let first = active(&archive, admin("a@x.example")).await;
    let (_, session) = signed_in(&archive, "a@x.example", PASSWORD).await;
    let refused = administration.close(&session.actor, &first.id).await;
    assert!(matches!(refused, Err(AccountsError::LastAdministrator)));
    let down = AccountChange {
        role: Some(Role::Editor),
        organisation: None,
    };
    let refused = administration
        .change(&session.actor, &first.id, first.revision, down)
        .await;
    assert!(matches!(refused, Err(AccountsError::LastAdministrator)));
    active(&archive, admin("b@x.example")).await;
    administration
        .close(&session.actor, &first.id)
        .await
        .unwrap();
}

#[tokio::test]
async fn unfit_accounts_are_not_made() {
    let archive = Archive::new();
    let administration = &archive.accounts.administration;
    active(&archive, contributor(LOGIN)).await;
    let unknown_body = Rule::UnknownConcept {
        scheme: "organisation",
        slug: "no-such-body".into(),
    };
    for (wanted, expected) in [
        (contributor("hai từ"), ("/login", Rule::Malformed)),
        (
            contributor("PHONG.vh@gialai.example"),
            ("/login", Rule::LoginTaken),
        ),
        (
            NewAccount {
                organisation: None,
                ..contributor("b")
            },
            ("/organisation", Rule::Required),
        ),
        (
            NewAccount {
                organisation: Slug::parse("no-such-body").ok(),
                ..contributor("b")
            },
            ("/organisation", unknown_body),
        ),
        (
            NewAccount {
                display: Some("a\u{202e}b".into()),
                ..contributor("b")
            },
            ("/display", Rule::ForbiddenCharacters),
        ),
    ] {
        let refused = administration
            .invite(&Actor::System, wanted, &Invite::default())
            .await
            .unwrap_err();
        assert_eq!(rules(refused), [(expected.0.to_owned(), expected.1)]);
    }
    let how = Invite::default();
    let refused = administration
        .invite(&editor(), contributor("b"), &how)
        .await;
    assert!(matches!(refused, Err(AccountsError::Forbidden)));
}

#[tokio::test]
async fn a_password_changed_while_signing_in_wins() {
    let archive = Archive::new();
    active(&archive, contributor(LOGIN)).await;
    let (_, session) = signed_in(&archive, LOGIN, PASSWORD).await;
    // Whatever the order, no session begun with the old password is left afterwards.
    let own = &archive.accounts.own;
    let (changed, begun) = tokio::join!(
        own.change_password(&session, PASSWORD, OTHER_PASSWORD, None),
        archive
            .accounts
            .sign_in
            .with_password(LOGIN, PASSWORD, None)
    );
    changed.unwrap();
    if let Ok((secret, _)) = begun {
        let found = archive.accounts.sessions.find(secret.reveal()).await;
        assert!(found.is_err(), "a session of the old password goes on");
    }
    signed_in(&archive, LOGIN, OTHER_PASSWORD).await;
}

/// However many there are, as limits can change.
#[tokio::test]
async fn a_reset_removes_all_passkeys() {
    let archive = Archive::new();
    let account = active(&archive, contributor(LOGIN)).await;
    let mut changes = ChangeSet::by(&Actor::System, MORNING);
    for number in 0..50 {
        let hash = format!("{number:064x}");
        changes = changes.write(Write::Record(KeyedRecord {
            key: RecordKey {
                table: "passkeys".to_owned(),
                key: format!("{}/{hash}", account.id),
            },
            revision: Revision::FIRST,
            held: None,
            value: json!({ "v1": {
                "account": account.id.as_str(), "hash": hash, "created_at_ms": 0, "sealed": ""
            } }),
        }));
    }
    archive.catalog.commit(changes).await.unwrap();
    reset(&archive.accounts.administration, &account).await;
    let left = archive
        .catalog
        .records("passkeys", KeyRange::default(), 99)
        .await;
    assert!(left.unwrap().is_empty());
}
