//! The page for signing in.

use askama::Template;

use crate::interfaces::messages::portal::session::SessionTexts;
use crate::interfaces::portal::assets;
use crate::interfaces::portal::ceremony::Ceremony;
use crate::interfaces::portal::href::Href;
use crate::interfaces::portal::layout::Layout;
use crate::interfaces::portal::page::PageRequest;
use crate::interfaces::portal::place::Place;

/// The page for signing in.
#[derive(Template)]
#[template(path = "session/sign_in.html")]
pub(super) struct SignInPage {
    layout: Layout,
    t: &'static SessionTexts,
    step: Step,
    login: String,
    goal: Goal,
    forgotten: Href,
    go_on: Href,
    script: Href,
    passkey: Ceremony,
    error: Option<&'static str>,
}

/// What is still to be proved.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Password,
    SecondFactor,
}

impl Step {
    const fn is_password(self) -> bool {
        matches!(self, Self::Password)
    }
}

/// What signing in leads to.
#[derive(Default)]
pub(super) struct Goal {
    /// The page from which the caller came.
    pub(super) return_to: String,
    /// A form that was typed before the session ended, encrypted; empty without one.
    pub(super) typed: String,
}

impl SignInPage {
    pub(super) fn new(
        page: &PageRequest,
        step: Step,
        login: &str,
        goal: Goal,
        error: Option<&'static str>,
    ) -> Self {
        let t = SessionTexts::of(page.language);
        let title = match error {
            Some(_) => format!("{}: {}", t.error, t.title),
            None => t.title.to_owned(),
        };
        Self {
            layout: page.layout(title, Place::SignIn),
            t,
            step,
            login: login.to_owned(),
            goal: Goal {
                return_to: Href::own(goal.return_to).to_string(),
                ..goal
            },
            forgotten: Place::Forgotten.href(page.language),
            go_on: Place::SignedIn.href(page.language),
            script: assets::href("passkeys.js"),
            passkey: Ceremony::of_sign_in(),
            error,
        }
    }
}
