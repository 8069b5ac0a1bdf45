//! JSON text into a tree.

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::node::{self, Content, Key, MAX_DEPTH, MAX_NODES, Node, problem, too_deep};
use crate::error::{Position, Problem};
use crate::settings::python::Value;

/// Reads a JSON text. The second part tells of keys given twice: like PyRadiomics, the last value counts.
pub(super) fn parse(text: &str) -> Result<(Node, Vec<String>), Problem> {
    let raw: &RawValue = serde_json::from_str(text).map_err(|e| invalid(&e, Position { line: 1, column: 1 }))?;
    let mut reader = Reader { text, nodes: 0, notices: Vec::new(), cursor: Cursor::START };
    let node = reader.node(raw.get(), 0)?;
    Ok((node, reader.notices))
}

fn invalid(error: &serde_json::Error, start: Position) -> Problem {
    // The message ends with the place, which is told apart.
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or(&text);
    let position = match (error.line(), error.column()) {
        (0, _) => start,
        (1, column) => Position { line: start.line, column: start.column + column.saturating_sub(1) },
        (line, column) => Position { line: start.line + line - 1, column: column.max(1) },
    };
    problem(position, "", node::invalid("JSON", what))
}

struct Reader<'a> {
    text: &'a str,
    nodes: usize,
    notices: Vec<String>,
    cursor: Cursor,
}

/// The last place that was asked for: places are asked for in order, so that each line is counted once.
#[derive(Clone, Copy)]
struct Cursor {
    offset: usize,
    line: usize,
    line_start: usize,
}

impl Cursor {
    const START: Self = Self { offset: 0, line: 1, line_start: 0 };
}

impl<'a> Reader<'a> {
    /// Where a piece of the text begins.
    fn offset(&self, piece: &str) -> usize {
        (piece.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize)
    }

    fn position(&mut self, offset: usize) -> Position {
        if offset < self.cursor.offset {
            self.cursor = Cursor::START;
        }
        let between = self.text.get(self.cursor.offset..offset).unwrap_or_default();
        if let Some(newline) = between.rfind('\n') {
            self.cursor.line += between.bytes().filter(|&b| b == b'\n').count();
            self.cursor.line_start = self.cursor.offset + newline + 1;
        }
        self.cursor.offset = offset;
        let line = self.text.get(self.cursor.line_start..offset).unwrap_or_default();
        Position { line: self.cursor.line, column: line.chars().count() + 1 }
    }

    fn node(&mut self, piece: &'a str, depth: usize) -> Result<Node, Problem> {
        let offset = self.offset(piece);
        let position = self.position(offset);
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(problem(position, "", format!("the file has more than {MAX_NODES} values")));
        }
        if depth > MAX_DEPTH {
            return Err(problem(position, "", too_deep()));
        }
        let failed = |e: serde_json::Error| invalid(&e, position);
        let content = match piece.as_bytes().first() {
            Some(b'{') => {
                let entries = serde_json::Deserializer::from_str(piece).deserialize_map(Entries).map_err(failed)?;
                let mut known: Vec<(Key, Node)> = Vec::with_capacity(entries.len());
                let mut end = offset + 1;
                for (name, raw) in entries {
                    // The key is the first quote after the value before it.
                    let quote = self.text.get(end..).and_then(|rest| rest.find('"')).map_or(end, |at| end + at);
                    let key = Key { position: self.position(quote), name };
                    end = self.offset(raw.get()) + raw.get().len();
                    let node = self.node(raw.get(), depth + 1)?;
                    match known.iter_mut().find(|(first, _)| first.name == key.name) {
                        Some((first, value)) => {
                            self.notices.push(format!(
                                "{}: {} is given twice (before on line {}); the last value is used",
                                key.position, key.name, first.position.line
                            ));
                            *value = node;
                        }
                        None => known.push((key, node)),
                    }
                }
                Content::Mapping(known)
            }
            Some(b'[') => {
                let items: Vec<&RawValue> = serde_json::from_str(piece).map_err(failed)?;
                Content::Sequence(
                    items.into_iter().map(|raw| self.node(raw.get(), depth + 1)).collect::<Result<_, _>>()?,
                )
            }
            Some(b'"') => Content::Scalar(Value::Text(serde_json::from_str(piece).map_err(failed)?)),
            Some(b't') => Content::Scalar(Value::Bool(true)),
            Some(b'f') => Content::Scalar(Value::Bool(false)),
            Some(b'n') => Content::Scalar(Value::Null),
            _ => Content::Scalar(number(piece)),
        };
        Ok(Node { position, content })
    }
}

/// A number of valid JSON. The spelling decides whether it is whole, as in Python.
fn number(piece: &str) -> Value {
    if piece.contains(['.', 'e', 'E']) {
        // Valid JSON numbers are valid for Rust; NaN is refused by every setting.
        Value::Float(piece.parse().unwrap_or(f64::NAN))
    } else {
        let limit = if piece.starts_with('-') { -i128::MAX } else { i128::MAX };
        Value::Int(piece.parse().unwrap_or(limit))
    }
}

/// The entries of an object, each value as a piece of the text.
struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(entries)
    }
}
