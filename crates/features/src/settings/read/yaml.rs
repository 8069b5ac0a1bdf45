//! YAML text into a tree.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};

use super::lenient;
use super::node::{Content, Key, MAX_DEPTH, MAX_NODES, Node, invalid, problem, too_deep};
use super::scalar::{Version, real, resolve, whole};
use crate::error::{Position, Problem};
use crate::settings::python::Value;

/// Reads the one document of a text; none if it is empty or has comments only.
pub(super) fn parse(text: &str) -> Result<Option<Node>, Problem> {
    strict(text).or_else(|problem| {
        // This parser is stricter than that of PyRadiomics.
        let Some(rewritten) = lenient::strict(text) else { return Err(problem) };
        let mut root = match strict(&rewritten.text) {
            Ok(root) => root,
            // What is wrong beside the indentation says more.
            Err(other) if !other.what.contains("not valid YAML") => {
                return Err(Problem { position: other.position.map(|place| rewritten.original(place)), ..other });
            }
            Err(_) => return Err(problem),
        };
        if let Some(root) = &mut root {
            root.move_places(&|position| rewritten.original(position));
        }
        Ok(root)
    })
}

fn strict(text: &str) -> Result<Option<Node>, Problem> {
    let mut builder = Builder { version: version(text), ..Builder::default() };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|e| problem(place(*e.marker()), "", invalid("YAML", e.info())))?;
        builder.event(event, place(span.start))?;
    }
    Ok(builder.root)
}

fn place(marker: Marker) -> Position {
    Position { line: marker.line(), column: marker.col() + 1 }
}

/// The version a `%YAML` line before the document asks for.
fn version(text: &str) -> Version {
    let mut directives = text.lines().take_while(|line| line.starts_with(['%', '#']) || line.trim().is_empty());
    let old = directives.any(|line| {
        let mut words = line.split_whitespace();
        words.next() == Some("%YAML") && words.next() == Some("1.1")
    });
    if old { Version::V1_1 } else { Version::V1_2 }
}

struct Builder {
    version: Version,
    /// Collections that are not closed yet, the innermost last.
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    documents: usize,
    root: Option<Node>,
}

impl Default for Builder {
    fn default() -> Self {
        Self { version: Version::V1_2, open: Vec::new(), anchors: HashMap::new(), nodes: 0, documents: 0, root: None }
    }
}

struct Open {
    position: Position,
    anchor: usize,
    kind: Kind,
}

enum Kind {
    Sequence(Vec<Node>),
    Mapping { entries: Vec<(Key, Node)>, merged: Vec<(Key, Node)>, key: Option<Pending> },
}

/// The key whose value comes next.
enum Pending {
    Key(Key),
    Merge,
}

/// The key whose mapping is merged into the one it stands in.
const MERGE: &str = "<<";

impl Builder {
    fn event(&mut self, event: Event<'_>, position: Position) -> Result<(), Problem> {
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(problem(position, "", "a second document begins here; a parameter file has one"));
                }
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                let value =
                    scalar(&text, style, tag.as_deref(), self.version).map_err(|what| problem(position, "", what))?;
                let plain = style == ScalarStyle::Plain;
                if self.takes_key() {
                    return self.key(position, &text, value, plain);
                }
                self.add(Node { position, content: Content::Scalar(value) }, anchor)
            }
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor) else {
                    return Err(problem(position, "", "this alias stands inside the value it repeats"));
                };
                let node = Node { position, content: node.content.clone() };
                if self.takes_key() {
                    return match node.content {
                        Content::Scalar(Value::Text(name)) => self.key(position, "", Value::Text(name), false),
                        _ => Err(problem(position, "", "a key must be a text")),
                    };
                }
                // What is repeated was counted once; each repetition counts as much again.
                self.count(node.count().saturating_sub(1), position)?;
                self.add(node, 0)
            }
            Event::SequenceStart(anchor, tag) => {
                self.open(position, anchor, tag.as_deref(), "seq", Kind::Sequence(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                let kind = Kind::Mapping { entries: Vec::new(), merged: Vec::new(), key: None };
                self.open(position, anchor, tag.as_deref(), "map", kind)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                let content = match open.kind {
                    Kind::Sequence(items) => Content::Sequence(items),
                    Kind::Mapping { entries, merged, .. } => Content::Mapping(with_merged(entries, merged)),
                };
                self.add(Node { position: open.position, content }, open.anchor)
            }
            Event::DocumentEnd | Event::StreamStart | Event::StreamEnd | Event::Nothing => Ok(()),
        }
    }

    fn takes_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { kind: Kind::Mapping { key: None, .. }, .. }))
    }

    fn open(
        &mut self,
        position: Position,
        anchor: usize,
        tag: Option<&Tag>,
        expected: &str,
        kind: Kind,
    ) -> Result<(), Problem> {
        if self.takes_key() {
            return Err(problem(position, "", "a key must be a text"));
        }
        if let Some(tag) = tag
            && !(tag.is_yaml_core_schema() && tag.suffix == expected)
        {
            return Err(problem(position, "", unknown_tag(tag)));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(problem(position, "", too_deep()));
        }
        self.open.push(Open { position, anchor, kind });
        Ok(())
    }

    fn count(&mut self, more: usize, position: Position) -> Result<(), Problem> {
        self.nodes = self.nodes.saturating_add(more);
        if self.nodes > MAX_NODES {
            return Err(problem(position, "", format!("the file has more than {MAX_NODES} values")));
        }
        Ok(())
    }

    fn key(&mut self, position: Position, text: &str, value: Value, plain: bool) -> Result<(), Problem> {
        let name = match value {
            Value::Text(name) => name,
            // A number or `null` can be no name that is known; the message about that shows it as written.
            _ => text.to_string(),
        };
        let Some(Open { kind: Kind::Mapping { entries, key, .. }, .. }) = self.open.last_mut() else { return Ok(()) };
        if plain && name == MERGE {
            *key = Some(Pending::Merge);
            return Ok(());
        }
        if let Some((first, _)) = entries.iter().find(|(known, _)| known.name == name) {
            return Err(problem(position, name, format!("this key was already given on line {}", first.position.line)));
        }
        *key = Some(Pending::Key(Key { position, name }));
        Ok(())
    }

    /// Puts a complete value where it belongs.
    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Problem> {
        self.count(1, node.position)?;
        if anchor > 0 {
            self.count(node.count(), node.position)?;
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.root = Some(node),
            Some(Kind::Sequence(items)) => items.push(node),
            Some(Kind::Mapping { entries, merged, key }) => match key.take() {
                Some(Pending::Key(key)) => entries.push((key, node)),
                Some(Pending::Merge) => merge(merged, node)?,
                None => {}
            },
        }
        Ok(())
    }
}

/// Collects the entries that `<<` brings in. The first mapping of a list wins.
fn merge(merged: &mut Vec<(Key, Node)>, node: Node) -> Result<(), Problem> {
    let wrong = |position| Err(problem(position, MERGE, "only a mapping or a list of mappings can be merged"));
    let mappings = match node.content {
        Content::Mapping(_) => vec![node],
        Content::Sequence(items) => items,
        Content::Scalar(_) => return wrong(node.position),
    };
    for mapping in mappings {
        let Content::Mapping(entries) = mapping.content else { return wrong(mapping.position) };
        for (key, value) in entries {
            if !merged.iter().any(|(known, _)| known.name == key.name) {
                merged.push((key, value));
            }
        }
    }
    Ok(())
}

/// Merged entries come first, with the values of the mapping's own where it has them.
fn with_merged(entries: Vec<(Key, Node)>, merged: Vec<(Key, Node)>) -> Vec<(Key, Node)> {
    let mut all = merged;
    for (key, node) in entries {
        match all.iter_mut().find(|(known, _)| known.name == key.name) {
            Some(place) => *place = (key, node),
            None => all.push((key, node)),
        }
    }
    all
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, version: Version) -> Result<Value, String> {
    let as_text = || Value::Text(text.to_string());
    let Some(tag) = tag else {
        return Ok(if style == ScalarStyle::Plain { resolve(text, version) } else { as_text() });
    };
    let not_a = |kind: &str| format!("{text:?} is not {kind}, as its tag says");
    if !tag.is_yaml_core_schema() {
        // A lone ! marks a text.
        return if tag.handle.is_empty() && tag.suffix == "!" { Ok(as_text()) } else { Err(unknown_tag(tag)) };
    }
    match tag.suffix.as_str() {
        "str" => Ok(as_text()),
        "int" => whole(text, version).map(Value::Int).ok_or_else(|| not_a("a whole number")),
        "float" => match resolve(text, version) {
            Value::Int(v) => Ok(Value::Float(v as f64)),
            Value::Float(v) => Ok(Value::Float(v)),
            _ => real(text, version).map(Value::Float).ok_or_else(|| not_a("a number")),
        },
        "bool" => match resolve(&text.to_lowercase(), Version::V1_1) {
            Value::Bool(v) => Ok(Value::Bool(v)),
            _ => Err(not_a("true or false")),
        },
        "null" => Ok(Value::Null),
        _ => Err(unknown_tag(tag)),
    }
}

fn unknown_tag(tag: &Tag) -> String {
    format!("the tag {}{} has no meaning in a parameter file", tag.handle, tag.suffix)
}
