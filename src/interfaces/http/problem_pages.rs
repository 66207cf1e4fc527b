//! The pages about problem types: those of `docs/problems/`, inside the binary.

/// Each type with its page.
pub const PAGES: [(&str, &str); 28] = [
    (
        "malformed-request",
        include_str!("../../../docs/problems/malformed-request.md"),
    ),
    (
        "malformed-json",
        include_str!("../../../docs/problems/malformed-json.md"),
    ),
    (
        "invalid-parameter",
        include_str!("../../../docs/problems/invalid-parameter.md"),
    ),
    (
        "incomplete-body",
        include_str!("../../../docs/problems/incomplete-body.md"),
    ),
    (
        "digest-mismatch",
        include_str!("../../../docs/problems/digest-mismatch.md"),
    ),
    (
        "unauthenticated",
        include_str!("../../../docs/problems/unauthenticated.md"),
    ),
    (
        "invalid-token",
        include_str!("../../../docs/problems/invalid-token.md"),
    ),
    (
        "forbidden",
        include_str!("../../../docs/problems/forbidden.md"),
    ),
    (
        "not-found",
        include_str!("../../../docs/problems/not-found.md"),
    ),
    (
        "method-not-allowed",
        include_str!("../../../docs/problems/method-not-allowed.md"),
    ),
    (
        "not-acceptable",
        include_str!("../../../docs/problems/not-acceptable.md"),
    ),
    ("timeout", include_str!("../../../docs/problems/timeout.md")),
    (
        "wrong-state",
        include_str!("../../../docs/problems/wrong-state.md"),
    ),
    (
        "identifier-taken",
        include_str!("../../../docs/problems/identifier-taken.md"),
    ),
    (
        "conflict",
        include_str!("../../../docs/problems/conflict.md"),
    ),
    ("gone", include_str!("../../../docs/problems/gone.md")),
    (
        "stale-revision",
        include_str!("../../../docs/problems/stale-revision.md"),
    ),
    (
        "too-large",
        include_str!("../../../docs/problems/too-large.md"),
    ),
    (
        "unsupported-media-type",
        include_str!("../../../docs/problems/unsupported-media-type.md"),
    ),
    (
        "range-not-satisfiable",
        include_str!("../../../docs/problems/range-not-satisfiable.md"),
    ),
    ("invalid", include_str!("../../../docs/problems/invalid.md")),
    (
        "key-reused",
        include_str!("../../../docs/problems/key-reused.md"),
    ),
    (
        "precondition-required",
        include_str!("../../../docs/problems/precondition-required.md"),
    ),
    (
        "log-replaced",
        include_str!("../../../docs/problems/log-replaced.md"),
    ),
    (
        "too-many-requests",
        include_str!("../../../docs/problems/too-many-requests.md"),
    ),
    (
        "internal",
        include_str!("../../../docs/problems/internal.md"),
    ),
    (
        "unavailable",
        include_str!("../../../docs/problems/unavailable.md"),
    ),
    (
        "storage-full",
        include_str!("../../../docs/problems/storage-full.md"),
    ),
];

/// The page about a type of problem.
pub fn page(slug: &str) -> Option<&'static str> {
    PAGES
        .iter()
        .find(|(name, _)| *name == slug)
        .map(|(_, page)| *page)
}
