//! Circles in a graph of dependencies.

use std::collections::{BTreeMap, BTreeSet};

/// From each node to those that it depends on.
pub(super) type Graph = BTreeMap<String, BTreeSet<String>>;

/// The circles of a graph: each set of nodes that all reach each other.
pub(super) fn circles(graph: &Graph) -> Vec<Vec<String>> {
    let reached: BTreeMap<&str, BTreeSet<&str>> = graph
        .keys()
        .map(|node| (node.as_str(), reachable(graph, node)))
        .collect();
    let reaches = |from: &str, to: &str| reached.get(from).is_some_and(|set| set.contains(to));
    let mut circles = BTreeSet::new();
    for node in graph.keys().filter(|node| reaches(node, node)) {
        let circle = graph
            .keys()
            .filter(|other| reaches(node, other) && reaches(other, node));
        circles.insert(circle.cloned().collect::<Vec<_>>());
    }
    circles.into_iter().collect()
}

fn reachable<'g>(graph: &'g Graph, from: &str) -> BTreeSet<&'g str> {
    let mut reached = BTreeSet::new();
    let mut waiting: Vec<&str> = graph[from].iter().map(String::as_str).collect();
    while let Some(node) = waiting.pop() {
        if reached.insert(node) {
            waiting.extend(graph.get(node).into_iter().flatten().map(String::as_str));
        }
    }
    reached
}

/// The dependencies between the files and subfolders of a folder, whose own `mod.rs` does not count.
pub(super) fn between_children(dependencies: &Graph, folder: &str) -> Graph {
    let child_of = |path: &str| {
        let child = path.strip_prefix(folder)?.split('/').next()?;
        (child != "mod.rs").then(|| child.to_owned())
    };
    let mut graph = Graph::new();
    for (from, targets) in dependencies {
        let Some(from) = child_of(from) else { continue };
        let children = targets.iter().filter_map(|to| child_of(to));
        let others = children.filter(|to| *to != from);
        graph.entry(from.clone()).or_default().extend(others);
    }
    graph
}

#[test]
fn circles_are_found_however_long() {
    let graph = |edges: &[(&str, &str)]| {
        let mut graph = Graph::new();
        for (from, to) in edges {
            graph
                .entry((*from).into())
                .or_default()
                .insert((*to).into());
        }
        graph
    };
    assert!(circles(&graph(&[("a", "b"), ("b", "c"), ("a", "c")])).is_empty());
    let two = graph(&[
        ("a", "b"),
        ("b", "a"),
        ("b", "c"),
        ("c", "d"),
        ("d", "e"),
        ("e", "c"),
    ]);
    assert_eq!(circles(&two), [vec!["a", "b"], vec!["c", "d", "e"]]);
}

#[test]
fn a_subfolder_counts_as_a_whole() {
    let files = [
        ("x/a/one.rs", "x/b.rs"),
        ("x/b.rs", "x/a/two.rs"),
        ("x/mod.rs", "x/b.rs"),
    ];
    let mut graph = Graph::new();
    for (from, to) in files {
        graph.entry(from.into()).or_default().insert(to.into());
    }
    assert!(circles(&graph).is_empty());
    assert_eq!(
        circles(&between_children(&graph, "x/")),
        [vec!["a", "b.rs"]]
    );
}
