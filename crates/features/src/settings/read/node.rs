//! A parameter file as a tree that remembers where everything was written.

use crate::error::{Position, Problem};
use crate::settings::python::Value;

/// Deepest nesting that is read. Parameter files need four levels.
pub(super) const MAX_DEPTH: usize = 32;
/// Most values that are read, counting repeated ones each time. Parameter files have a hundred.
pub(super) const MAX_NODES: usize = 10_000;

/// A value and its place.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) position: Position,
    pub(super) content: Content,
}

#[derive(Debug, Clone)]
pub(super) enum Content {
    Scalar(Value),
    Sequence(Vec<Node>),
    /// Keys are unique, in the order of the file.
    Mapping(Vec<(Key, Node)>),
}

/// A key and its place.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) position: Position,
    pub(super) name: String,
}

impl Node {
    /// The number of values in the tree.
    pub(super) fn count(&self) -> usize {
        match &self.content {
            Content::Scalar(_) => 1,
            Content::Sequence(items) => 1 + items.iter().map(Self::count).sum::<usize>(),
            Content::Mapping(entries) => 1 + entries.iter().map(|(_, node)| node.count()).sum::<usize>(),
        }
    }

    /// The value without places, or none if there is a mapping in it.
    pub(super) fn value(&self) -> Option<Value> {
        match &self.content {
            Content::Scalar(value) => Some(value.clone()),
            Content::Sequence(items) => items.iter().map(Self::value).collect::<Option<Vec<_>>>().map(Value::List),
            Content::Mapping(_) => None,
        }
    }

    /// Changes every place in the tree.
    pub(super) fn move_places(&mut self, moved: &impl Fn(Position) -> Position) {
        self.position = moved(self.position);
        match &mut self.content {
            Content::Scalar(_) => {}
            Content::Sequence(items) => items.iter_mut().for_each(|item| item.move_places(moved)),
            Content::Mapping(entries) => entries.iter_mut().for_each(|(key, node)| {
                key.position = moved(key.position);
                node.move_places(moved);
            }),
        }
    }

    /// The value for a message.
    pub(super) fn shown(&self) -> String {
        self.value().map_or_else(|| "a mapping".to_string(), |value| value.shown())
    }
}

/// A problem at a place.
pub(super) fn problem(position: Position, key: impl Into<String>, what: impl Into<String>) -> Problem {
    Problem { position: Some(position), key: key.into(), what: what.into() }
}

/// A parser's complaint about a text.
pub(super) fn invalid(format: &str, complaint: &str) -> String {
    // Parsers have limits of their own, beyond the one here.
    if complaint.contains("recursion limit") {
        return too_deep();
    }
    format!("this is not valid {format}: {complaint}")
}

/// What to say of values within values within values.
pub(super) fn too_deep() -> String {
    format!("values are nested deeper than {MAX_DEPTH} levels")
}
