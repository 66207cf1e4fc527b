//! What it costs to look a caller up: the session of a cookie and a token, known to the node and not; and to
//! verify a password.
//!
//! `cargo bench --bench sessions`. Times are of this process.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on fails")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use khochung::clock::Clock;
use khochung::domain::Timestamp;
use khochung::domain::access::{Actor, Role};
use khochung::interfaces::messages::mail;
use khochung::services::accounts::{
    Accounts, CACHE_SECONDS, Invite, NewAccount, NewToken, Passwords, Tokens,
};
use khochung::services::audit::AuditTrail;
use khochung::services::mail::Mail;
use khochung::storage::catalog::embedded::{EmbeddedCatalog, Options};
use khochung::storage::catalog::prelude::*;
use khochung::storage::keys::KeyStore;
use khochung::storage::vocabulary;

const PASSWORD: &str = "trời xanh 7 quả đồi";
const LOOKUPS: u32 = 10_000;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let start = Timestamp::from_millis(1_795_395_600_000);
    let clock = Clock::standing(start);
    let catalog = EmbeddedCatalog::open(&folder.path().join("catalog"), Options::default());
    let catalog: Arc<dyn Catalog> = Arc::new(catalog.unwrap());
    let keys = Arc::new(KeyStore::open(folder.path(), [1; 32]).unwrap());
    let vocabularies = Arc::new(vocabulary::load(None).unwrap());
    let trail = AuditTrail::new(catalog.clone(), clock.clone());
    let tokens = Arc::new(Tokens::new(
        catalog.clone(),
        trail.clone(),
        vocabularies.clone(),
        keys.clone(),
        clock.clone(),
    ));
    let passwords = Passwords::new(clock.clone());
    let mail = Mail::new(None, mail::compose, "");
    let accounts = Accounts::new(
        catalog,
        trail,
        keys,
        vocabularies,
        passwords,
        mail,
        "",
        Vec::new(),
        tokens.clone(),
        clock.clone(),
    );
    let measured = measure(&accounts, &tokens, &clock, start);
    tokio::runtime::Runtime::new().unwrap().block_on(measured);
}

/// Prints how long a lookup takes.
async fn measure(accounts: &Accounts, tokens: &Tokens, clock: &Clock, start: Timestamp) {
    let cookie = sign_in(accounts).await;
    let (token, _) = tokens.create(&Actor::System, station()).await.unwrap();
    let mut moment = start;
    for is_cached in [true, false] {
        let name = if is_cached {
            "known to the node"
        } else {
            "read again"
        };
        let mut sessions = Duration::ZERO;
        let mut secrets = Duration::ZERO;
        for _ in 0..LOOKUPS {
            if !is_cached {
                moment = moment.plus_seconds(CACHE_SECONDS);
                // Back to the beginning before the session ends.
                if moment >= start.plus_seconds(3_600) {
                    moment = start.plus_seconds(1);
                }
                clock.set(moment);
            }
            let began = Instant::now();
            accounts.sessions.find(&cookie).await.unwrap();
            sessions += began.elapsed();
            let began = Instant::now();
            tokens.authenticate(token.reveal()).await.unwrap();
            secrets += began.elapsed();
        }
        println!("session, {name}: {:?}", sessions / LOOKUPS);
        println!("token, {name}: {:?}", secrets / LOOKUPS);
    }
    let began = Instant::now();
    for _ in 0..10 {
        sign_in_again(accounts).await;
    }
    println!("signing in: {:?}", began.elapsed() / 10);
}

async fn sign_in(accounts: &Accounts) -> String {
    let wanted = NewAccount {
        login: "phong.vh@gialai.example".into(),
        display: None,
        role: Role::Editor,
        organisation: None,
    };
    let invited = accounts
        .administration
        .invite(&Actor::System, wanted, &Invite::default())
        .await
        .unwrap();
    let link = invited.handed_over.link().unwrap().reveal();
    accounts.own.redeem(link, PASSWORD, None).await.unwrap();
    sign_in_again(accounts).await
}

async fn sign_in_again(accounts: &Accounts) -> String {
    let begun = accounts
        .sign_in
        .with_password("phong.vh@gialai.example", PASSWORD, None);
    begun.await.unwrap().0.reveal().to_owned()
}

fn station() -> NewToken {
    NewToken {
        role: Role::Station,
        organisation: None,
        label: "bench".into(),
        expires_at: None,
        permissions: None,
    }
}
