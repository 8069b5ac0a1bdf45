//! YAML as only lenient parsers take it.
//!
//! YAML wants the lines within brackets indented deeper than what they belong to, and not with tabs, and a space before
//! a comment. The parser of PyRadiomics does not care, so that files such as this one, or JSON indented with tabs, are
//! in use:
//!
//! ```yaml
//! featureClass:
//!   glcm: [Contrast, JointAverage,
//!   Idm]# and no others
//! ```

use crate::error::Position;

/// A text that strict parsers take, and where its characters come from.
pub(super) struct Strict {
    pub(super) text: String,
    /// For each line the number of characters of indentation now and before, if it was changed.
    lines: Vec<Option<(usize, usize)>>,
}

impl Strict {
    /// The place in the text as it was.
    pub(super) fn original(&self, position: Position) -> Position {
        let changed = position.line.checked_sub(1).and_then(|line| self.lines.get(line)).copied().flatten();
        let column = match changed {
            Some((now, before)) => (position.column + before).saturating_sub(now).max(1),
            None => position.column,
        };
        Position { column, ..position }
    }
}

/// Indents what is in brackets, replaces tabs there, and sets comments apart; none if there is nothing to do.
pub(super) fn strict(text: &str) -> Option<Strict> {
    let deepest = text.lines().map(|line| line.len() - line.trim_start().len()).max().unwrap_or(0);
    let margin = " ".repeat(deepest.min(80) + 1);
    let mut state = State::default();
    let mut out = String::with_capacity(text.len());
    let mut lines = Vec::new();
    let mut changed = false;
    for line in text.split_inclusive('\n') {
        let content = line.trim_start_matches([' ', '\t']);
        let rest = if state.depth > 0 && !content.trim().is_empty() {
            changed = true;
            lines.push(Some((margin.len(), line.len() - content.len())));
            out.push_str(&margin);
            content
        } else {
            lines.push(None);
            line
        };
        changed |= state.copy(rest, &mut out);
    }
    changed.then_some(Strict { text: out, lines })
}

/// What is open at a place of the text.
#[derive(Default)]
struct State {
    depth: usize,
    quote: Option<char>,
}

impl State {
    /// Copies a line, with spaces for the tabs in brackets and before comments. Tells whether anything changed.
    fn copy(&mut self, line: &str, out: &mut String) -> bool {
        let mut changed = false;
        // Whether a list, a mapping or a quoted text has just ended.
        let mut closed = false;
        let mut before = ' ';
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            if let Some(quote) = self.quote {
                out.push(c);
                if c == '\\' && quote == '"' {
                    out.extend(chars.next());
                } else if c == quote && quote == '\'' && chars.peek() == Some(&quote) {
                    // A doubled quote stands for one.
                    out.extend(chars.next());
                } else if c == quote {
                    self.quote = None;
                    closed = true;
                }
                before = c;
                continue;
            }
            // In a block, brackets and quotes begin something only where a word would begin.
            let begins = before.is_whitespace() || (self.depth > 0 && matches!(before, '[' | '{' | ',' | ':'));
            match c {
                '#' if before.is_whitespace() || closed => {
                    out.push_str(if before.is_whitespace() { "#" } else { " #" });
                    out.extend(chars.by_ref());
                    return changed || !before.is_whitespace();
                }
                '"' | '\'' if begins => self.quote = Some(c),
                '[' | '{' if begins || self.depth > 0 => self.depth += 1,
                ']' | '}' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            closed = matches!(c, ']' | '}') || (self.depth > 0 && matches!(c, '[' | '{' | ','));
            let tab = c == '\t' && self.depth > 0;
            changed |= tab;
            out.push(if tab { ' ' } else { c });
            before = c;
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_comments() {
        let text = "a:\n  b: [1, # [\n2,\n\t'it''s ]',\n  \"\\\"]\"\n]\nc: x[1\nd: {e:\t1}\n";
        let strict_text = strict(text).unwrap();
        let expected = "a:\n  b: [1, # [\n   2,\n   'it''s ]',\n   \"\\\"]\"\n   ]\nc: x[1\nd: {e: 1}\n";
        assert_eq!(strict_text.text, expected);
        let place = |line, column| strict_text.original(Position { line, column });
        assert_eq!(place(3, 4), Position { line: 3, column: 1 });
        assert_eq!(place(4, 4), Position { line: 4, column: 2 });
        assert_eq!(place(7, 4), Position { line: 7, column: 4 });
        assert_eq!(strict("a: [1]# c [\nb: 'c'# d\ne: f# g\n").unwrap().text, "a: [1] # c [\nb: 'c' # d\ne: f# g\n");
        assert!(strict("a: [1, 2] # b\nc: {d: 1}\ne: f#g\n").is_none());
        assert!(strict("a:\n\tb: 1\n").is_none());
    }
}
