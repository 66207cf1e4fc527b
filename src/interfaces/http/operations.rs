//! The operations of the interface: the one list from which routes are registered and the OpenAPI description
//! is made, so that none can be served without being described, or described without being served.
//!
//! Method and path stand once, in the `#[utoipa::path]` attribute of the handler. `HEAD` is served wherever
//! `GET` is.

use actix_web::body::BoxBody;
use actix_web::dev::ServiceRequest;
use actix_web::middleware::{Next, from_fn};
use actix_web::{Resource, Route, web};
use utoipa::openapi::path::HttpMethod;
use utoipa::{OpenApi, Path};

use super::accounts::{
    administration, audit, forgotten, link_page, me, notifications, oidc, own, own_tokens,
    passkeys, preferences, session, unsubscribe,
};
use super::assets::{decisions, handling, lifecycle, redacted_regions, sealed_files};
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

operations! {
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
    claimed { attach_upload }
    tus { abilities, create, resume, append, terminate }
    sealed { add_sealed }
    sealed_files { list, read, remove }
    captions { captions, check_captions }
    delivery { file, preview, text, waveform, waveform_picture, broadcast_copy, earlier_file }
    revisions { list, read, diff, restore }
    bulk { start, read, items, undo }
    imports { import }
    table_imports { check, list, template, read, start, cancel, rows, result, events }
    changes { list }
    search { search }
    feed { feed }
    neighbours { suggest, similar }
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

/// Registers all routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    for Served {
        resource,
        parameters,
        ..
    } in resources()
    {
        let check = from_fn(move |request: ServiceRequest, next: Next<BoxBody>| {
            parameters.clone().check(request, next)
        });
        config.service(resource.wrap(check));
    }
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
            web::resource(pattern(&path)),
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
