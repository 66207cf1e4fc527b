//! The operations of the interface: the one list from which routes are registered and the OpenAPI description
//! is made, so that none can be served without being described, or described without being served.
//!
//! Method and path stand once, in the `#[utoipa::path]` attribute of the handler. `HEAD` is served wherever
//! `GET` is.

use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::ServiceRequest;
use actix_web::middleware::{Next, from_fn};
use actix_web::{Resource, Route, Scope, web};
use utoipa::openapi::path::HttpMethod;
use utoipa::{OpenApi, Path};

use super::accounts::{
    administration, audit, forgotten, link_page, me, notifications, oidc, own, own_tokens,
    passkeys, preferences, session, unsubscribe,
};
use super::assets::{
    decisions, handling, lifecycle, redacted_regions, sealed_files, text_corrections,
};
use super::delivery::captions;
use super::described_parameters::DescribedParameters;
use super::jobs::renditions;
use super::organisations::{quota, requests, successions};
use super::search::{feed, neighbours};
use super::upload::{attach, sealed, version};
use super::uploads::{claimed, tus};
use super::{
    assets, bulk, changes, delivery, docs, health, imports, index, jobs, revisions, saved_searches,
    search, table_imports, tokens, vocabularies,
};

/// Generates the paths of the description and the registration of the routes from a list of handlers.
macro_rules! operations {
    ($($module:ident { $($handler:ident),+ })+) => { pastey::paste! {
        /// The described paths and the schemas that they use.
        #[derive(OpenApi)]
        #[openapi(paths($($($module::$handler,)+)+))]
        pub(super) struct Operations;

        /// All resources, in the order of the list.
        fn resources() -> Vec<Served> {
            let mut resources = Vec::new();
            $($(
                let serve = |route: Route| route.to($module::$handler);
                add::<$module::[<__path_ $handler>]>(&mut resources, serve);
            )+)+
            resources
        }
    } };
}

// The first are tried first.
operations! {
    search { search }
    neighbours { suggest, similar }
    delivery { file, preview, text, waveform, waveform_picture, broadcast_copy, earlier_file }
    health { healthz, readyz, metrics }
    index { index }
    me { me }
    assets { list, create, read, patch, delete }
    lifecycle { submit, recall, withdraw, withdraw_consent, reopen }
    decisions { checklist, return_because, accept, approve, publish, correct }
    handling { handling, assign, unassign, comment, assignments }
    attach { attach, detach }
    version { replace }
    redacted_regions { redact }
    text_corrections { correct_text, drop_text_correction }
    claimed { attach_upload }
    tus { abilities, create, resume, append, terminate }
    sealed { add_sealed }
    sealed_files { list, read, remove }
    captions { captions, check_captions }
    revisions { list, read, diff, restore }
    bulk { start, read, items, undo }
    imports { import }
    table_imports { check, list, template, read, start, cancel, rows, result, events }
    changes { list }
    feed { feed }
    saved_searches { list, create, read, delete, feed }
    jobs { list, read, requeue, cancel }
    renditions { rebuild, rebuild_file }
    tokens { list, create, rotate, revoke }
    quota { usage, set, remove }
    successions { plan, list, read, cancel, works }
    requests { submit, list, read, withdraw, review, decide, renew_link, hand_over }
    audit { read, verify }
    session { sign_in, second_factor, prove, read, sign_out }
    own { redeem, read, patch, change_password, begin_totp, confirm_totp, remove_totp, renew_recovery_codes, sessions, end_session }
    preferences { read, patch }
    notifications { list, mark, unmark, mark_all }
    unsubscribe { show, end }
    passkeys { begin_registration, register, list, remove, begin_sign_in, sign_in }
    oidc { providers, begin, callback }
    forgotten { request }
    link_page { show, choose }
    own_tokens { list, create, rotate, revoke }
    administration { list, invite, read, patch, reset, close }
    vocabularies { list, read_scheme, read_concept, forward_scheme, forward_concept }
    docs { description, documentation, interactive, problem_page }
}

/// Registers all routes, those with a common beginning as one scope: the router tries the entries of its list one by one,
/// and each with a parameter is a regular expression.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    let mut scopes: Vec<(String, Scope)> = Vec::new();
    for served in resources() {
        let parameters = Arc::new(served.parameters);
        let check = from_fn(move |request: ServiceRequest, next: Next<BoxBody>| {
            Arc::clone(&parameters).check(request, next)
        });
        let resource = served.resource.wrap(check);
        let Some((beginning, _)) = scope_of(&served.path) else {
            config.service(resource);
            continue;
        };
        let known = scopes.iter().position(|(known, _)| known == beginning);
        let scope = match known {
            Some(known) => scopes.remove(known).1,
            None => web::scope(beginning),
        };
        scopes.push((beginning.to_owned(), scope.service(resource)));
    }
    // Whichever is first takes all paths that begin like it.
    scopes.sort_by_key(|(beginning, _)| std::cmp::Reverse(beginning.len()));
    for (_, scope) in scopes {
        config.service(scope);
    }
}

/// The beginning of a path that it has in common with others, and the rest.
fn scope_of(path: &str) -> Option<(&str, &str)> {
    const OF_A_WORK: &str = "/api/v1/assets/{id}";
    const OF_INTERFACE: &str = "/api/v1/";
    if path.starts_with(OF_A_WORK) {
        return Some(path.split_at(OF_A_WORK.len()));
    }
    let name = path.strip_prefix(OF_INTERFACE)?;
    let length = name.find('/').unwrap_or(name.len());
    Some(path.split_at(OF_INTERFACE.len() + length))
}

/// Parts of a path that may contain `/`, which OpenAPI cannot say: their pattern in the router.
const WITH_SLASHES: [(&str, &str); 2] = [("{slug}", "{slug:.+}"), ("{file}", "{file:.*}")];

/// The operations of one path.
struct Served {
    path: String,
    resource: Resource,
    parameters: DescribedParameters,
}

fn add<P: Path>(resources: &mut Vec<Served>, serve: impl Fn(Route) -> Route) {
    let path = P::path();
    let known = resources.iter().position(|served| served.path == path);
    let (mut resource, mut parameters) = match known {
        Some(known) => {
            let served = resources.remove(known);
            (served.resource, served.parameters)
        }
        None => (
            web::resource(pattern(
                scope_of(&path).map_or(path.as_str(), |(_, rest)| rest),
            )),
            DescribedParameters::default(),
        ),
    };
    parameters.add::<P>();
    for method in P::methods() {
        let route = match method {
            HttpMethod::Get => {
                resource = resource.route(serve(web::head()));
                web::get()
            }
            HttpMethod::Post => web::post(),
            HttpMethod::Put => web::put(),
            HttpMethod::Delete => web::delete(),
            HttpMethod::Head => web::head(),
            HttpMethod::Patch => web::patch(),
            HttpMethod::Trace => web::trace(),
            HttpMethod::Options => web::method(actix_web::http::Method::OPTIONS),
        };
        resource = resource.route(serve(route));
    }
    resources.push(Served {
        path,
        resource,
        parameters,
    });
}

fn pattern(path: &str) -> String {
    let replace = |path: String, (part, pattern): (&str, &str)| path.replace(part, pattern);
    WITH_SLASHES.into_iter().fold(path.to_owned(), replace)
}
