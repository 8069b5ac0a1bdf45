//! An HTML page of text, tables and figures.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

use radsurv_data::fs::write_atomic;
use radsurv_eval::text_table::{TextTable, escape};
use radsurv_plot::Drawing;

use super::table::{PageTable, html};
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

/// Black on white, text as wide as a line can be read; tables as papers have them; nothing is loaded from elsewhere.
const STYLE: &str = "\
body{font:15px/1.5 system-ui,-apple-system,\"Segoe UI\",Helvetica,Arial,sans-serif;color:#1c1c1c;background:#fff;max-width:68rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.7rem;margin:0 0 .5rem}h2{font-size:1.25rem;margin:2.2rem 0 .5rem;border-bottom:1px solid #ccc}h3{font-size:1.05rem;margin:1.6rem 0 .3rem}
p,.note{max-width:52rem}nav ul{padding-left:1.2rem;margin:.3rem 0;columns:17rem}a{color:#005a8f}
figure{display:inline-block;vertical-align:top;margin:1.2rem 1.5rem 0 0;max-width:100%}figcaption{max-width:25rem}figure.double figcaption{max-width:48rem}figure svg{width:25rem;max-width:100%;height:auto}figure.double svg{width:50rem}figcaption,caption{color:#444;font-size:.93rem;text-align:left;caption-side:top;padding:.2rem 0}
.wide{overflow-x:auto}table{border-collapse:collapse;margin:1rem 0;font-size:.88rem;border-top:1.5px solid #1c1c1c;border-bottom:1.5px solid #1c1c1c}
th{text-align:left;border-bottom:1px solid #1c1c1c}th,td{padding:.2rem .7rem .2rem .3rem;vertical-align:top}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}td.n{white-space:nowrap}
td small{color:#444;font-size:.72rem;font-weight:400;white-space:nowrap}th.group{text-align:center;padding:.2rem .4rem;border-bottom-color:#999}.narrow th,.narrow td{padding:.2rem .4rem .2rem .2rem}.narrow td{white-space:nowrap}td.first,th.first{padding-left:.8rem}
tbody tr.block>*{border-top:1px solid #bbb}tbody tr.best>*{background:#e9f3f8;font-weight:600}
.note{border-left:4px solid #d55e00;background:#fdf3ec;padding:.4rem .8rem;margin:.8rem 0}.note p,.note ul{margin:.2rem 0}.note ul{padding-left:1.2rem}
details{margin:1rem 0}summary{cursor:pointer;color:#005a8f}pre{background:#f6f6f6;padding:.6rem .8rem;overflow-x:auto;font-size:.85rem;line-height:1.35}
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

    /// Begins a part of a section, which is not in the list at the top.
    pub fn subsection(&mut self, name: &str) {
        let _ = writeln!(self.body, "<h3>{}</h3>", escape(name));
    }

    /// A paragraph.
    pub fn text(&mut self, text: &str) {
        let _ = writeln!(self.body, "<p>{}</p>", escape(text));
    }

    /// A paragraph that stands out: what the reader must not overlook.
    pub fn note(&mut self, text: &str) {
        let _ = writeln!(self.body, "<p class=\"note\" role=\"note\">{}</p>", escape(text));
    }

    /// A list that stands out, below a line that says what it is; nothing without an item.
    pub fn notes(&mut self, head: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        let items: String = items.iter().map(|item| format!("<li>{}</li>\n", escape(item))).collect();
        let _ =
            writeln!(self.body, "<div class=\"note\" role=\"note\"><p>{}</p>\n<ul>\n{items}</ul></div>", escape(head));
    }

    /// A file as it is.
    pub fn verbatim(&mut self, text: &str) {
        let _ = writeln!(self.body, "<pre>{}</pre>", escape(text));
    }

    /// A paragraph that leads to a file beside the page.
    pub fn link(&mut self, text: &str, file: &str) {
        let _ = writeln!(self.body, "<p><a href=\"{}\">{}</a></p>", escape(file), escape(text));
    }

    /// Begins a part that is shown when its name is pressed; [`unfold`](Self::unfold) ends it.
    pub fn fold(&mut self, name: &str) {
        let _ = writeln!(self.body, "<details><summary>{}</summary>", escape(name));
    }

    /// Ends the part that was begun last.
    pub fn unfold(&mut self) {
        self.body.push_str("</details>\n");
    }

    /// A table with a numbered caption, or without if it is empty. Columns of numbers are aligned at the right; a column is one if each cell begins
    /// with a digit or sign, or is empty.
    pub fn table(&mut self, table: &TextTable, caption: &str) {
        self.table_with(table, &PageTable::default(), caption);
    }

    /// A table with more than a row of heads, or rows that stand out: see [`PageTable`].
    pub fn table_with(&mut self, table: &TextTable, look: &PageTable, caption: &str) {
        let caption = match caption {
            "" => String::new(),
            caption => {
                self.tables += 1;
                format!("Table {}. {caption}", self.tables)
            }
        };
        self.body.push_str(&html(table, look, &caption));
    }

    /// A figure with a numbered caption.
    pub fn figure(&mut self, drawing: &Drawing, caption: &str) {
        self.figures += 1;
        let (svg, caption) = (drawing.to_svg(), escape(caption));
        let number = self.figures;
        let class = if drawing.width() > WIDE { " class=\"double\"" } else { "" };
        let _ = writeln!(
            self.body,
            "<figure{class} role=\"group\" aria-label=\"Figure {number}. {caption}\">{svg}<figcaption>Figure {number}. {caption}</figcaption></figure>"
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
             <style>\n{STYLE}\n</style>\n</head>\n<body>\n<h1>{title}</h1>\n<nav aria-label=\"Sections\"><ul>{contents}</ul></nav>\n{}</body>\n</html>\n",
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

/// Wider than a column of a journal.
const WIDE: f64 = 450.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_patients_are_text_and_never_markup() {
        let mut page = Page::new("<script>alert(1)</script>");
        let mut table = TextTable::new(["a<b"]);
        table.push(["\"><img>"]);
        page.section("x & y");
        page.subsection("<img>");
        page.table(&table, "c < d");
        page.note("1 > 0");
        page.notes("<img>", &["<img>".to_string()]);
        page.verbatim("<img>");
        page.link("<img>", "\"><img>");
        page.fold("<img>");
        page.unfold();
        let html = page.to_html();
        assert!(!html.contains("<script>") && !html.contains("<img>") && html.contains("x &amp; y"));
        assert!(!html.contains("src=") && !html.contains("href=\"http"), "nothing is loaded from elsewhere");
    }

    #[test]
    fn a_list_of_nothing_is_not_there() {
        let mut page = Page::new("");
        page.notes("Warnings", &[]);
        assert!(!page.to_html().contains("Warnings"));
    }
}
