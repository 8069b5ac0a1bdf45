//! Tables of a page.

use std::fmt::Write as _;

use radsurv_data::number;
use radsurv_eval::text_table::{TextTable, escape};

/// How a table looks that has more than a row of heads, or rows that stand out. A cell may have a second line, which is small.
///
/// # Example
/// ```
/// use radsurv_eval::TextTable;
/// use radsurv_study::report::{Page, PageTable};
/// let mut table = TextTable::new(["features", "model", "12 months", "36 months"]);
/// table.push(["tumour", "rsf", "0.83\n0.71 to 0.95", "0.80\n0.68 to 0.91"]);
/// let look = PageTable {
///     heads: vec![(String::new(), 2), ("Test".to_string(), 2)],
///     best: vec![0],
///     ..PageTable::default()
/// };
/// let mut page = Page::new("Models");
/// page.table_with(&table, &look, "AUC by model.");
/// assert!(page.to_html().contains("<th scope=\"colgroup\" colspan=\"2\" class=\"group first\">Test</th>"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageTable {
    /// Heads above the heads, with the number of columns of each; none for one row of heads.
    pub heads: Vec<(String, usize)>,
    /// The rows that begin a block, which get a line above.
    pub blocks: Vec<usize>,
    /// The rows that stand out.
    pub best: Vec<usize>,
    /// How many rows are shown, of a table whose file has all; none for all.
    pub rows: Option<usize>,
}

/// The table as HTML; no caption if it is empty.
pub(super) fn html(table: &TextTable, look: &PageTable, caption: &str) -> String {
    let columns = table.header.len();
    let of_numbers: Vec<bool> = (0..columns)
        .map(|column| table.rows.iter().all(|row| row.get(column).is_none_or(|cell| is_number(cell))))
        .collect();
    let mut firsts = vec![false; columns];
    let mut column = 0;
    for (name, count) in &look.heads {
        if let Some(first) = firsts.get_mut(column).filter(|_| !name.is_empty()) {
            *first = true;
        }
        column += count;
    }
    let class = |column: usize| {
        let names = [(of_numbers[column], "n"), (firsts[column], "first")];
        let names: Vec<&str> = names.iter().filter(|(has, _)| *has).map(|(_, name)| *name).collect();
        if names.is_empty() { String::new() } else { format!(" class=\"{}\"", names.join(" ")) }
    };
    let narrow = if look.heads.is_empty() { "" } else { " class=\"narrow\"" };
    let mut html = format!("<div class=\"wide\"><table{narrow}>");
    if !caption.is_empty() {
        let _ = write!(html, "<caption>{}</caption>", escape(caption));
    }
    html.push_str("\n<thead>");
    if !look.heads.is_empty() {
        html.push_str("<tr>");
        for (name, columns) in &look.heads {
            let _ = match name.as_str() {
                "" => write!(html, "<td colspan=\"{columns}\"></td>"),
                _ => write!(
                    html,
                    "<th scope=\"colgroup\" colspan=\"{columns}\" class=\"group first\">{}</th>",
                    escape(name)
                ),
            };
        }
        html.push_str("</tr>\n");
    }
    html.push_str("<tr>");
    for (column, name) in table.header.iter().enumerate() {
        let _ = write!(html, "<th scope=\"col\"{}>{}</th>", class(column), escape(name));
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for (place, row) in table.rows.iter().take(look.rows.unwrap_or(usize::MAX)).enumerate() {
        let names = [(look.blocks.contains(&place), "block"), (look.best.contains(&place), "best")];
        let names: Vec<&str> = names.iter().filter(|(has, _)| *has).map(|(_, name)| *name).collect();
        let _ = match names.is_empty() {
            true => write!(html, "<tr>"),
            false => write!(html, "<tr class=\"{}\">", names.join(" ")),
        };
        for (column, cell) in row.iter().enumerate().take(columns) {
            let _ = write!(html, "<td{}>{}</td>", class(column), lines(cell));
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody></table></div>\n");
    html
}

/// The lines of a cell, those after the first small. Spaces before it are kept: they say that it is a level of what is above.
fn lines(cell: &str) -> String {
    let spaces = cell.len() - cell.trim_start_matches(' ').len();
    let (indent, cell) = ("&emsp;".repeat(spaces.div_ceil(2)), &cell[spaces..]);
    indent
        + &match cell.split_once('\n') {
            None => escape(cell),
            Some((first, rest)) => {
                format!("{}<br><small>{}</small>", escape(first), escape(rest).replace('\n', "<br>"))
            }
        }
}

/// Whether a cell begins as a number does: `0.81 (0.74 to 0.88)` is one to be aligned, `< 0.001` too.
fn is_number(cell: &str) -> bool {
    let cell = cell.trim_start_matches(['<', '>', ' ']);
    let begin = cell.split(|c: char| c.is_whitespace() || c == '%').next().unwrap_or_default();
    cell.is_empty() || cell == "–" || number::parse(begin).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_numbers_are_told_from_text() {
        for number in ["0.81 (0.74 to 0.88)", "0.81\n0.74 to 0.88", "", "–", "< 0.001", "-3", "12%", "1e-5"] {
            assert!(is_number(number), "{number}");
        }
        for text in ["P1", "a 1", "none"] {
            assert!(!is_number(text), "{text}");
        }
    }

    #[test]
    fn heads_blocks_and_best_rows_are_marked() {
        let mut table = TextTable::new(["model", "1", "3"]);
        table.push(["rsf", "0.8\n<b>", "–"]);
        table.push(["gbm", "0.7", "0.6"]);
        let look = PageTable {
            heads: vec![(String::new(), 1), ("Test <".to_string(), 2)],
            blocks: vec![1],
            best: vec![1],
            rows: None,
        };
        let html = html(&table, &look, "");
        assert!(html.contains("<tr class=\"block best\"><td>gbm</td><td class=\"n first\">0.7</td>"), "{html}");
        assert!(html.contains("0.8<br><small>&lt;b&gt;</small>") && html.contains("Test &lt;"), "{html}");
        assert!(!html.contains("<caption>"));
        assert_eq!(lines("  II"), "&emsp;II");
    }
}
