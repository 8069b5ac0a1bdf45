//! Genes that differ between the groups.

use radsurv_eval::text_table::{TextTable, fixed};
use radsurv_genomics::differential::{Change, GeneRow};
use radsurv_plot::{Style, expression_map, volcano};

use super::p;
use crate::error::Result;
use crate::radiogenomics::Radiogenomics;
use crate::report::piece::Piece;

/// How many genes the page shows; the file has all.
const SHOWN: usize = 20;

pub(super) fn pieces(found: &Radiogenomics) -> Result<Vec<Piece>> {
    let rule = &found.rule;
    let count = |change| found.table.changed(rule, change).len();
    let by = if rule.adjusted { "adjusted P" } else { "P" };
    let expected = rule.p * found.genes as f64;
    let chance = match rule.adjusted {
        true => String::new(),
        false => format!(
            " Of {} genes {expected:.0} have such a P by chance alone, so read the adjusted values as well: {} genes have one below {}.",
            found.genes,
            found.table.rows.iter().filter(|row| row.adj_p_value < rule.p).count(),
            rule.p
        ),
    };
    let text = format!(
        "{} genes are higher and {} lower ({by} < {}, |log2 fold change| > {}).{chance}",
        count(Change::Up),
        count(Change::Down),
        rule.p,
        rule.log_fc
    );
    let caption = format!(
        "Genes by P-value, {}; the file has all. t is the moderated t, B the log odds that a gene differs.",
        found.table.coefficient
    );
    let volcano = volcano::Settings { genes: found.named.clone(), ..volcano::Settings::default() };
    let drawing = volcano::figure(&found.table, rule, &volcano, &Style::double())?;
    let coefficient = &found.table.coefficient;
    let mut pieces = vec![
        Piece::Heading("Differential genes".to_string()),
        Piece::Text(text),
        Piece::figure("volcano", drawing, format!("Genes by difference and P-value, {coefficient}.")),
        Piece::head("differential-genes", table(found.table.rows.iter()), SHOWN, caption),
    ];
    let named: Vec<&GeneRow> = found.table.rows.iter().filter(|row| found.named.contains(&row.gene)).collect();
    if !named.is_empty() {
        pieces.push(Piece::table("named-genes", table(named.into_iter()), "Genes that were asked for."));
    }
    if let Some(map) = &found.map {
        let drawing =
            expression_map::figure(&map.expression, Some(&map.groups), &Default::default(), &Style::double())?;
        let caption = format!("Expression of the {} changed genes of smallest P-value.", map.expression.genes().len());
        pieces.push(Piece::figure("expression", drawing, caption));
    }
    Ok(pieces)
}

fn table<'a>(rows: impl Iterator<Item = &'a GeneRow>) -> TextTable {
    let mut table = TextTable::new(["gene", "log2 fold change", "mean", "t", "P", "adjusted P", "B"]);
    for row in rows {
        let b = row.b.map_or_else(|| "–".to_string(), |b| fixed(b, 2));
        let numbers =
            [fixed(row.log_fc, 3), fixed(row.ave_expr, 2), fixed(row.t, 2), p(row.p_value), p(row.adj_p_value), b];
        table.push(std::iter::once(row.gene.clone()).chain(numbers));
    }
    table
}
