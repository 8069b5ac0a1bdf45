//! Tables of text as they are printed: CSV, Markdown, HTML.

use serde::Serialize;

/// A table of text: what results give for a paper, a spreadsheet or a report.
///
/// # Example
/// ```
/// use radsurv_eval::TextTable;
/// let mut table = TextTable::new(["term", "HR (95 % CI)"]);
/// table.push(["stage: II|III", "1.8 (1.1, 2.9)"]);
/// assert_eq!(table.to_csv(), "term,HR (95 % CI)\nstage: II|III,\"1.8 (1.1, 2.9)\"\n");
/// assert!(table.to_markdown().ends_with("| stage: II\\|III | 1.8 (1.1, 2.9) |\n"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TextTable {
    /// The heads of the columns.
    pub header: Vec<String>,
    /// The rows, a cell per column each.
    pub rows: Vec<Vec<String>>,
}

impl TextTable {
    /// A table without rows.
    pub fn new<S: Into<String>>(header: impl IntoIterator<Item = S>) -> Self {
        Self { header: header.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Adds a row. Cells that are missing at its end are empty, those beyond the columns are left out.
    pub fn push<S: Into<String>>(&mut self, row: impl IntoIterator<Item = S>) {
        let mut row: Vec<String> = row.into_iter().map(Into::into).collect();
        row.resize(self.header.len(), String::new());
        self.rows.push(row);
    }

    /// Comma-separated values (RFC 4180): cells with commas, quotes or line breaks are quoted.
    pub fn to_csv(&self) -> String {
        let cell = |text: &String| match text.contains([',', '"', '\n', '\r']) {
            true => format!("\"{}\"", text.replace('"', "\"\"")),
            false => text.clone(),
        };
        let line = |row: &Vec<String>| row.iter().map(cell).collect::<Vec<String>>().join(",") + "\n";
        std::iter::once(&self.header).chain(&self.rows).map(line).collect()
    }

    /// A table of Markdown.
    pub fn to_markdown(&self) -> String {
        let cell = |text: &String| text.replace('\\', "\\\\").replace('|', "\\|").replace(['\n', '\r'], " ");
        let line = |row: &Vec<String>| format!("| {} |\n", row.iter().map(cell).collect::<Vec<String>>().join(" | "));
        let rule = format!("|{}\n", "---|".repeat(self.header.len()));
        line(&self.header) + &rule + &self.rows.iter().map(line).collect::<String>()
    }

    /// A table of HTML, without style.
    pub fn to_html(&self) -> String {
        let row = |row: &Vec<String>, tag: &str| {
            let cells: String = row.iter().map(|text| format!("<{tag}>{}</{tag}>", escape(text))).collect();
            format!("<tr>{cells}</tr>\n")
        };
        let body: String = self.rows.iter().map(|r| row(r, "td")).collect();
        format!("<table>\n<thead>\n{}</thead>\n<tbody>\n{body}</tbody>\n</table>\n", row(&self.header, "th"))
    }
}

/// Text as it stands in HTML: markup in it is shown and never obeyed.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A p-value as papers print it: three decimals, and less than 0.001 said so.
pub fn p_value(p: f64) -> String {
    match p {
        p if p.is_nan() => String::new(),
        p if p < 0.001 => "< 0.001".to_string(),
        p => format!("{p:.3}"),
    }
}

/// A hazard ratio or time and its limits.
pub fn with_limits(value: f64, lower: f64, upper: f64, decimals: usize) -> String {
    let [value, lower, upper] = [value, lower, upper].map(|v| fixed(v, decimals));
    format!("{value} ({lower}, {upper})")
}

/// A number with so many decimals; what rounds to zero has no sign.
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(rest) if !rest.contains(|c: char| c.is_ascii_digit() && c != '0') => rest.to_string(),
        _ => text,
    }
}

/// A confidence as per cent: 95, 97.5.
pub fn percent(confidence: f64) -> String {
    let rounded = (confidence * 1e6).round() / 1e4;
    format!("{rounded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_characters_do_no_harm() {
        let mut table = TextTable::new(["a", "b"]);
        table.push(["x \"y\"\n<z> & |", "", "beyond"]);
        table.push(["short"]);
        assert_eq!(table.to_csv(), "a,b\n\"x \"\"y\"\"\n<z> & |\",\nshort,\n");
        assert_eq!(table.to_markdown(), "| a | b |\n|---|---|\n| x \"y\" <z> & \\| |  |\n| short |  |\n");
        assert!(table.to_html().contains("<td>x &quot;y&quot;\n&lt;z&gt; &amp; |</td><td></td>"));
        assert_eq!([p_value(0.0004), p_value(0.0012), p_value(0.9999)], ["< 0.001", "0.001", "1.000"]);
        assert_eq!([percent(0.95), percent(0.975)], ["95", "97.5"]);
        assert_eq!(with_limits(-0.0004, -0.0016, f64::INFINITY, 3), "0.000 (-0.002, inf)");
    }
}
