//! An HTML page of text, tables and figures.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

use radsurv_data::fs::write_atomic;
use radsurv_data::number;
use radsurv_eval::text_table::{TextTable, escape};
use radsurv_plot::Drawing;

use crate::error::Result;

/// A page that is written from top to bottom, with a list of its sections at the top.
///
/// # Example
/// ```
/// use radsurv_eval::TextTable;
/// use radsurv_study::report::Page;
/// let mut page = Page::new("Evaluation");
/// page.section("Patients");
/// page.text("57 patients & 21 deaths.");
/// let mut table = TextTable::new(["marker", "AUC"]);
/// table.push(["Radscore", "0.81"]);
/// page.table(&table, "Area under the curve at 36 months.");
/// let html = page.to_html();
/// assert!(html.contains("57 patients &amp; 21 deaths.") && html.contains("<td class=\"n\">0.81</td>"));
/// assert!(html.contains("<a href=\"#section-1\">Patients</a>"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    title: String,
    sections: Vec<String>,
    tables: usize,
    figures: usize,
    body: String,
}

/// Black on white, as wide as a line can be read; tables as papers have them; nothing is loaded from elsewhere.
const STYLE: &str = "\
body{font:15px/1.5 system-ui,-apple-system,\"Segoe UI\",Helvetica,Arial,sans-serif;color:#1c1c1c;background:#fff;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.7rem;margin:0 0 .5rem}h2{font-size:1.25rem;margin:2.2rem 0 .5rem;border-bottom:1px solid #ccc}
nav ul{padding-left:1.2rem;margin:.3rem 0}nav a{color:#005a8f}
figure{display:inline-block;vertical-align:top;margin:1.2rem 1.5rem 0 0;max-width:100%}figcaption{max-width:24rem}figure svg{max-width:100%;height:auto}figcaption,caption{color:#444;font-size:.93rem;text-align:left;caption-side:top;padding:.2rem 0}
.wide{overflow-x:auto}table{border-collapse:collapse;margin:1rem 0;font-size:.93rem;border-top:1.5px solid #1c1c1c;border-bottom:1.5px solid #1c1c1c}
th{text-align:left;border-bottom:1px solid #1c1c1c}th,td{padding:.2rem .8rem .2rem .3rem;vertical-align:top}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
.note{border-left:4px solid #d55e00;background:#fdf3ec;padding:.4rem .8rem;margin:.8rem 0}
@media print{nav{display:none}body{margin:0;max-width:none}figure,table{break-inside:avoid}}";

impl Page {
    /// An empty page.
    pub fn new(title: &str) -> Self {
        Self { title: title.to_string(), sections: Vec::new(), tables: 0, figures: 0, body: String::new() }
    }

    /// Begins a section.
    pub fn section(&mut self, name: &str) {
        self.sections.push(name.to_string());
        let _ = writeln!(self.body, "<h2 id=\"section-{}\">{}</h2>", self.sections.len(), escape(name));
    }

    /// A paragraph.
    pub fn text(&mut self, text: &str) {
        let _ = writeln!(self.body, "<p>{}</p>", escape(text));
    }

    /// A paragraph that stands out: what the reader must not overlook.
    pub fn note(&mut self, text: &str) {
        let _ = writeln!(self.body, "<p class=\"note\" role=\"note\">{}</p>", escape(text));
    }

    /// A table with a numbered caption, or without if it is empty. Columns of numbers are aligned at the right; a column is one if each cell begins
    /// with a digit or sign, or is empty.
    pub fn table(&mut self, table: &TextTable, caption: &str) {
        self.body.push_str("<div class=\"wide\"><table>");
        if !caption.is_empty() {
            self.tables += 1;
            let _ = write!(self.body, "<caption>Table {}. {}</caption>", self.tables, escape(caption));
        }
        let of_numbers: Vec<bool> = (0..table.header.len())
            .map(|column| table.rows.iter().all(|row| row.get(column).is_none_or(|cell| is_number(cell))))
            .collect();
        let class = |column: usize| if of_numbers[column] { " class=\"n\"" } else { "" };
        self.body.push_str("\n<thead><tr>");
        for (column, name) in table.header.iter().enumerate() {
            let _ = write!(self.body, "<th scope=\"col\"{}>{}</th>", class(column), escape(name));
        }
        self.body.push_str("</tr></thead>\n<tbody>\n");
        for row in &table.rows {
            self.body.push_str("<tr>");
            for (column, cell) in row.iter().enumerate() {
                let _ = write!(self.body, "<td{}>{}</td>", class(column), escape(cell));
            }
            self.body.push_str("</tr>\n");
        }
        self.body.push_str("</tbody></table></div>\n");
    }

    /// A figure with a numbered caption.
    pub fn figure(&mut self, drawing: &Drawing, caption: &str) {
        self.figures += 1;
        let (svg, caption) = (drawing.to_svg(), escape(caption));
        let number = self.figures;
        let _ = writeln!(
            self.body,
            "<figure role=\"group\" aria-label=\"Figure {number}. {caption}\">{svg}<figcaption>Figure {number}. {caption}</figcaption></figure>"
        );
    }

    /// The page.
    pub fn to_html(&self) -> String {
        let title = escape(&self.title);
        let mut contents = String::new();
        for (place, name) in self.sections.iter().enumerate() {
            let _ = write!(contents, "<li><a href=\"#section-{}\">{}</a></li>", place + 1, escape(name));
        }
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
             <style>\n{STYLE}\n</style>\n</head>\n<body>\n<h1>{title}</h1>\n<nav><ul>{contents}</ul></nav>\n{}</body>\n</html>\n",
            self.body
        )
    }

    /// Writes the page; the file is whole or not there.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let written = write_atomic(path, |file| file.write_all(self.to_html().as_bytes()));
        Ok(written.map_err(|source: io::Error| radsurv_data::Error::Io { path: path.to_path_buf(), source })?)
    }
}

/// Whether a cell begins as a number does: `0.81 (0.74 to 0.88)` is one to be aligned, `< 0.001` too.
fn is_number(cell: &str) -> bool {
    let cell = cell.trim_start_matches(['<', '>', ' ']);
    let begin = cell.split(|c: char| c.is_whitespace() || c == '%').next().unwrap_or_default();
    cell.is_empty() || number::parse(begin).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_patients_are_text_and_never_markup() {
        let mut page = Page::new("<script>alert(1)</script>");
        let mut table = TextTable::new(["a<b"]);
        table.push(["\"><img>"]);
        page.section("x & y");
        page.table(&table, "c < d");
        page.note("1 > 0");
        let html = page.to_html();
        assert!(!html.contains("<script>") && !html.contains("<img>") && html.contains("x &amp; y"));
        assert!(!html.contains("src=") && !html.contains("href=\"http"), "nothing is loaded from elsewhere");
    }

    #[test]
    fn columns_of_numbers_are_told_from_text() {
        for number in ["0.81 (0.74 to 0.88)", "", "< 0.001", "-3", "12%", "1e-5"] {
            assert!(is_number(number), "{number}");
        }
        for text in ["P1", "a 1", "none"] {
            assert!(!is_number(text), "{text}");
        }
    }
}
