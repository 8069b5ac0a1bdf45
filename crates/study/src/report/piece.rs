//! Parts of reports.

use radsurv_eval::text_table::TextTable;
use radsurv_plot::Drawing;

use super::{Page, PageTable};

/// A part of a report: a page shows it, and a folder may have it as a file of that name.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Piece {
    Table {
        name: String,
        table: TextTable,
        look: PageTable,
        caption: String,
    },
    Figure {
        name: String,
        drawing: Drawing,
        caption: String,
    },
    Heading(String),
    Text(String),
    /// What must not be overlooked.
    Note(String),
}

impl Piece {
    pub fn table(name: impl Into<String>, table: TextTable, caption: impl Into<String>) -> Self {
        Self::Table { name: name.into(), table, look: PageTable::default(), caption: caption.into() }
    }

    /// A table of which the page shows the first rows; the file has all.
    pub fn head(name: impl Into<String>, table: TextTable, rows: usize, caption: impl Into<String>) -> Self {
        let look = PageTable { rows: Some(rows), ..PageTable::default() };
        Self::Table { name: name.into(), table, look, caption: caption.into() }
    }

    pub fn figure(name: impl Into<String>, drawing: Drawing, caption: impl Into<String>) -> Self {
        Self::Figure { name: name.into(), drawing, caption: caption.into() }
    }
}

impl Page {
    pub(super) fn add(&mut self, pieces: impl IntoIterator<Item = Piece>) {
        for piece in pieces {
            match piece {
                Piece::Table { table, look, caption, .. } => self.table_with(&table, &look, &caption),
                Piece::Figure { drawing, caption, .. } => self.figure(&drawing, &caption),
                Piece::Heading(text) => self.subsection(&text),
                Piece::Text(text) => self.text(&text),
                Piece::Note(text) => self.note(&text),
            }
        }
    }
}

/// A name of anything as part of the name of a file: small letters and digits, with hyphens between.
pub(super) fn slug(name: &str) -> String {
    let letters =
        name.chars().map(|c| if c.is_alphanumeric() { c.to_lowercase().to_string() } else { " ".to_string() });
    letters.collect::<String>().split_whitespace().collect::<Vec<&str>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_lead_nowhere_else() {
        assert_eq!(slug("../OS (months) / SVM-lin"), "os-months-svm-lin");
        assert_eq!(slug("Größe"), "größe");
    }
}
