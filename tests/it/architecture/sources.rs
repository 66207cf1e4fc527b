//! Reads the sources and resolves their paths to the files that define the items.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::root;
use super::rules::Graph;

/// A file below `src/`.
pub(super) struct Source {
    /// The path below `src/`, with forward slashes.
    pub(super) path: String,
    pub(super) lines: usize,
    /// The imports: local name to path, and whether the import is a re-export.
    imports: BTreeMap<String, (Vec<String>, bool)>,
    /// Every path of two or more names outside imports.
    paths: BTreeSet<Vec<String>>,
    /// Every single name outside imports.
    names: BTreeSet<String>,
}

impl Source {
    /// Reads the text of a file.
    pub(super) fn parse(path: &str, text: &str) -> Self {
        let tokens: Result<TokenStream, _> = text.parse();
        assert!(tokens.is_ok(), "{path} is not Rust: {tokens:?}");
        let tokens = tokens.unwrap_or_default();
        let mut source = Self {
            path: path.to_owned(),
            lines: text.lines().count(),
            imports: BTreeMap::new(),
            paths: BTreeSet::new(),
            names: BTreeSet::new(),
        };
        source.read(&without_tests(tokens));
        source
    }

    /// The folder with a slash at its end; empty for `src/` itself.
    pub(super) fn folder(&self) -> &str {
        let end = self.path.rfind('/').map_or(0, |slash| slash + 1);
        &self.path[..end]
    }

    /// Whether a path begins with this crate.
    pub(super) fn names_crate(&self, name: &str) -> bool {
        let imported = self.imports.values().map(|(path, _)| path);
        imported
            .chain(&self.paths)
            .any(|path| path.len() > 1 && path[0] == name)
    }

    /// The names of the module that the file is.
    fn module(&self) -> Vec<String> {
        let stem = self.path.strip_suffix(".rs").unwrap_or(&self.path);
        let stem = stem.strip_suffix("/mod").unwrap_or(stem);
        match stem {
            "lib" | "main" => Vec::new(),
            _ => stem.split('/').map(str::to_owned).collect(),
        }
    }

    fn read(&mut self, tokens: &[TokenTree]) {
        let mut at = 0;
        while at < tokens.len() {
            if is_ident(&tokens[at], "use") && begins_import(&tokens[at + 1..]) {
                let is_public = follows_visibility(&tokens[..at]);
                let end = position_of(&tokens[at..], ';');
                self.import(&tokens[at + 1..at + end], &[], is_public);
                at += end;
            } else if let TokenTree::Ident(_) = &tokens[at] {
                let path = path_at(&tokens[at..]);
                at += 1 + 3 * (path.len() - 1);
                if path.len() == 1 {
                    self.names.extend(path);
                } else {
                    self.paths.insert(path);
                }
                continue;
            } else if let TokenTree::Group(group) = &tokens[at] {
                self.read(&without_tests(group.stream()));
            }
            at += 1;
        }
    }

    /// Reads the tree of an import.
    fn import(&mut self, tree: &[TokenTree], prefix: &[String], is_public: bool) {
        let mut path = prefix.to_vec();
        for (at, token) in tree.iter().enumerate() {
            match token {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    let members: Vec<TokenTree> = group.stream().into_iter().collect();
                    for member in members.split(|token| is_punct(token, ',')) {
                        self.import(member, &path, is_public);
                    }
                    return;
                }
                TokenTree::Ident(name) if name == "as" => {
                    let alias = tree[at + 1].to_string();
                    self.imports.insert(alias, (path, is_public));
                    return;
                }
                TokenTree::Ident(name) if name == "self" && !path.is_empty() => {}
                TokenTree::Ident(name) => path.push(name.to_string()),
                _ => {}
            }
        }
        if let Some(name) = path.last().cloned() {
            self.imports.insert(name, (path, is_public));
        }
    }
}

/// All files below `src/`, without modules of tests.
pub(super) fn read_sources() -> Vec<Source> {
    let src = root().join("src");
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let below = path.strip_prefix(&src).unwrap().to_string_lossy();
        Source::parse(&below.replace('\\', "/"), &text)
    };
    let files = files_below(&src, "rs").into_iter();
    files
        .filter(|path| !path.ends_with("tests.rs"))
        .map(read)
        .collect()
}

/// For each file the other files whose items it uses.
pub(super) fn dependencies(sources: &[Source]) -> Graph {
    let modules: BTreeMap<Vec<String>, &Source> = sources
        .iter()
        .filter(|source| source.path != "main.rs")
        .map(|source| (source.module(), source))
        .collect();
    let mut graph = Graph::new();
    for (module, source) in &modules {
        let resolver = Resolver {
            modules: &modules,
            module,
            source,
        };
        graph.insert(source.path.clone(), resolver.used_files());
    }
    graph
}

/// Resolves the paths of one file.
struct Resolver<'s> {
    modules: &'s BTreeMap<Vec<String>, &'s Source>,
    module: &'s [String],
    source: &'s Source,
}

impl Resolver<'_> {
    fn used_files(&self) -> BTreeSet<String> {
        // A re-export is a dependency only when the file itself uses the name.
        let imported = self
            .source
            .imports
            .iter()
            .filter(|(name, (_, is_public))| !is_public || self.source.names.contains(*name))
            .map(|(_, (path, _))| path);
        imported
            .chain(&self.source.paths)
            .filter_map(|path| self.absolute(path))
            .filter_map(|path| self.defining_file(&path, 0))
            .filter(|file| *file != self.source.path)
            .collect()
    }

    /// The path from the root of the crate; `None` for paths into other crates.
    fn absolute(&self, path: &[String]) -> Option<Vec<String>> {
        absolute(self.modules, self.module, path).or_else(|| {
            let (imported, _) = self.source.imports.get(&path[0])?;
            let mut full = absolute(self.modules, self.module, imported)?;
            full.extend_from_slice(&path[1..]);
            Some(full)
        })
    }

    /// The file that defines an item, through re-exports; `None` when the path is that of a module.
    fn defining_file(&self, path: &[String], depth: usize) -> Option<String> {
        let is_module = |length: &usize| self.modules.contains_key(&path[..*length]);
        let length = (1..=path.len()).take_while(is_module).last()?;
        let source = self.modules[&path[..length]];
        let name = path.get(length)?;
        match source.imports.get(name) {
            Some((imported, _)) if depth < 8 => {
                let mut full = absolute(self.modules, &path[..length], imported)?;
                full.extend_from_slice(&path[length + 1..]);
                self.defining_file(&full, depth + 1)
            }
            _ => Some(source.path.clone()),
        }
    }
}

fn absolute(
    modules: &BTreeMap<Vec<String>, &Source>,
    module: &[String],
    path: &[String],
) -> Option<Vec<String>> {
    let mut base = module.to_vec();
    let mut rest = path;
    match path.first()?.as_str() {
        "crate" => {
            base.clear();
            rest = &path[1..];
        }
        "self" => rest = &path[1..],
        "super" => {
            while rest.first().is_some_and(|name| name == "super") {
                base.pop();
                rest = &rest[1..];
            }
        }
        first => {
            base.push(first.to_owned());
            if !modules.contains_key(&base) {
                return None;
            }
            rest = &path[1..];
        }
    }
    base.extend_from_slice(rest);
    Some(base)
}

/// The tokens without items under `#[cfg(test)]`.
fn without_tests(tokens: TokenStream) -> Vec<TokenTree> {
    let mut kept: Vec<TokenTree> = Vec::new();
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        let is_attribute = kept.last().is_some_and(|last| is_punct(last, '#'));
        if is_attribute && token.to_string().replace(' ', "") == "[cfg(test)]" {
            kept.pop();
            // The item ends with its block or a semicolon.
            let _ = tokens.by_ref().find(|token| {
                let is_block = matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
                is_block || is_punct(token, ';')
            });
        } else {
            kept.push(token);
        }
    }
    kept
}

/// The names of a path at the beginning of these tokens.
fn path_at(tokens: &[TokenTree]) -> Vec<String> {
    let mut path = vec![tokens[0].to_string()];
    let mut rest = &tokens[1..];
    while let [first, second, TokenTree::Ident(name), after @ ..] = rest
        && is_punct(first, ':')
        && is_punct(second, ':')
    {
        path.push(name.to_string());
        rest = after;
    }
    path
}

fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

fn is_ident(token: &TokenTree, wanted: &str) -> bool {
    matches!(token, TokenTree::Ident(name) if name == wanted)
}

/// Tells an import from the `use<'a>` of a captured lifetime.
fn begins_import(rest: &[TokenTree]) -> bool {
    matches!(rest.first(), Some(TokenTree::Ident(_)))
}

/// Whether `pub` or `pub(…)` stands at the end of these tokens.
fn follows_visibility(before: &[TokenTree]) -> bool {
    match before {
        [.., token] if is_ident(token, "pub") => true,
        [.., token, TokenTree::Group(_)] => is_ident(token, "pub"),
        _ => false,
    }
}

fn position_of(tokens: &[TokenTree], wanted: char) -> usize {
    let found = tokens.iter().position(|token| is_punct(token, wanted));
    found.unwrap_or(tokens.len())
}

/// All files with this extension below a folder.
pub(super) fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn graph_of(files: &[(&str, &str)]) -> Vec<(String, String)> {
    let parse = |(path, text): &(&str, &str)| Source::parse(path, text);
    let sources: Vec<Source> = files.iter().map(parse).collect();
    let graph = dependencies(&sources).into_iter();
    graph
        .flat_map(|(from, to)| to.into_iter().map(move |to| (from.clone(), to)))
        .collect()
}

#[test]
fn paths_resolve_to_the_files_that_define_the_items() {
    let files = [
        (
            "a/mod.rs",
            "mod one; mod two; pub use one::One; pub use two::{Two as Second, three};",
        ),
        (
            "a/one.rs",
            "pub struct One; fn f() { super::three() } // super::Second",
        ),
        (
            "a/two.rs",
            "pub struct Two; pub fn three() {} #[cfg(test)] mod tests { use crate::b::X; }",
        ),
        (
            "b.rs",
            "use crate::a::{self, Second}; fn g(_: Second) -> impl use<'_> { a::One; \"crate::c::Y\" }",
        ),
        (
            "c.rs",
            "use std::fmt; fn h() { fmt::write(); b::g() } use super::b;",
        ),
    ];
    let expected = [
        ("a/one.rs", "a/two.rs"),
        ("b.rs", "a/one.rs"),
        ("b.rs", "a/two.rs"),
        ("c.rs", "b.rs"),
    ];
    let expected = expected.map(|(from, to)| (from.to_owned(), to.to_owned()));
    assert_eq!(graph_of(&files), expected);
}

#[test]
fn a_re_export_is_a_dependency_only_of_a_file_that_uses_the_name() {
    let child = ("a/child.rs", "use super::Shared; pub struct Child(Shared);");
    let uses = (
        "a/mod.rs",
        "mod child; pub use child::Child; pub struct Shared; struct All(Child);",
    );
    let re_exports = (
        "a/mod.rs",
        "mod child; pub use child::Child; pub struct Shared;",
    );
    let edge = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    let up = edge("a/child.rs", "a/mod.rs");
    assert_eq!(graph_of(&[child, re_exports]), std::slice::from_ref(&up));
    assert_eq!(
        graph_of(&[child, uses]),
        [up, edge("a/mod.rs", "a/child.rs")]
    );
}

#[test]
fn crates_are_recognised_by_whole_names() {
    let source = Source::parse(
        "x.rs",
        "use sled::Tree; fn f() { x_image::y(); \"zstd::z\" }",
    );
    assert!(source.names_crate("sled"));
    assert!(!source.names_crate("image"));
    assert!(!source.names_crate("zstd"));
}
