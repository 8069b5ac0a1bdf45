//! Sets that changed genes and the ranking point to.

use radsurv_eval::text_table::{TextTable, fixed};
use radsurv_genomics::differential::Change;
use radsurv_genomics::enrichment::gsea::SetScore;
use radsurv_genomics::enrichment::over_representation::SetOverlap;
use radsurv_plot::enrichment_dots::{self, Dot};
use radsurv_plot::{Style, running_score};

use super::p;
use crate::error::Result;
use crate::radiogenomics::{ChangedSets, Collection, Radiogenomics};
use crate::report::piece::{Piece, slug};

/// How many sets the page shows; the files have all.
const SHOWN: usize = 15;

pub(super) fn pieces(found: &Radiogenomics) -> Result<Vec<Piece>> {
    let mut pieces = Vec::new();
    for collection in &found.collections {
        pieces.push(Piece::Heading(format!("Pathways: {}", collection.name)));
        let [tested, left_out] = collection.sets;
        let text = format!(
            "{tested} sets were tested, {left_out} were not for their size. The universe is the {} genes that were compared and are in a set.",
            collection.universe
        );
        pieces.push(Piece::Text(text));
        pieces.extend(collection.notices.iter().cloned().map(Piece::Note));
        for changed in &collection.over_representation {
            pieces.extend(over_represented(collection, changed)?);
        }
        pieces.extend(ranked(collection)?);
    }
    Ok(pieces)
}

fn over_represented(collection: &Collection, changed: &ChangedSets) -> Result<Vec<Piece>> {
    let how = match changed.change {
        Change::Up => "higher",
        Change::Down => "lower",
        Change::Unchanged => "unchanged",
    };
    let significant = changed.sets.iter().filter(|set| set.adj_p_value < 0.05).count();
    if changed.sets.is_empty() {
        return Ok(vec![Piece::Text(format!("No set has a gene that is {how}."))]);
    }
    let text = format!(
        "Of genes that are {how}, {significant} sets have more than by chance (adjusted P < 0.05); {} of them say something that none of the others says.",
        changed.groups.len()
    );
    let name = format!("enrichment-{}-{how}", slug(&collection.name));
    let caption = format!(
        "{}: sets over-represented among genes that are {how} (hypergeometric test). A significant set that shares most genes with one before it is told by that one, and not drawn.",
        collection.name
    );
    let mut table = TextTable::new(["set", "genes", "of", "expected", "fold", "P", "adjusted P", "told by", "which"]);
    for set in &changed.sets {
        let by = changed.groups.iter().find(|group| group.contains(&set.set)).map_or("", |group| &group.representative);
        table.push(over_row(set, if by == set.set { "itself" } else { by }));
    }
    let mut pieces = vec![Piece::Text(text)];
    let stands = |set: &&SetOverlap| changed.groups.iter().any(|group| group.representative == set.set);
    let shown: Vec<Dot> = changed.sets.iter().filter(stands).map(Dot::from).collect();
    if !shown.is_empty() {
        let title = format!("{}, genes that are {how}", collection.name);
        let settings = enrichment_dots::Settings { title, ..Default::default() };
        let drawing = enrichment_dots::figure(&shown, &settings, &Style::double())?;
        pieces.push(Piece::figure(
            name.clone(),
            drawing,
            format!("{}: over-represented sets among genes that are {how}.", collection.name),
        ));
    }
    pieces.push(Piece::head(name, table, SHOWN, caption));
    Ok(pieces)
}

fn over_row(set: &SetOverlap, told_by: &str) -> [String; 9] {
    [
        set.set.clone(),
        set.genes.len().to_string(),
        set.size.to_string(),
        fixed(set.expected, 1),
        fixed(set.fold, 2),
        p(set.p_value),
        p(set.adj_p_value),
        told_by.to_string(),
        set.genes.join(" "),
    ]
}

fn ranked(collection: &Collection) -> Result<Vec<Piece>> {
    let sets = &collection.gsea;
    if sets.is_empty() {
        return Ok(Vec::new());
    }
    let up = sets.iter().filter(|set| set.adj_p_value < 0.05 && set.es > 0.0).count();
    let down = sets.iter().filter(|set| set.adj_p_value < 0.05 && set.es < 0.0).count();
    let text = format!(
        "In the ranking of all genes by moderated t, {up} sets are high and {down} are low (adjusted P < 0.05). Chance is genes at random: genes of a set that go \
         with each other anyway make such P-values too small."
    );
    let mut table = TextTable::new(["set", "genes", "ES", "NES", "P", "adjusted P", "leading edge"]);
    sets.iter().for_each(|set| table.push(rank_row(set)));
    let caption = format!(
        "{}: sets by their place in the ranking (gene set enrichment analysis, genes permuted).",
        collection.name
    );
    let name = format!("gsea-{}", slug(&collection.name));
    let mut pieces = vec![Piece::Text(text)];
    let shown: Vec<Dot> =
        sets.iter().filter(|set| set.adj_p_value < 0.05 && set.nes.is_some()).map(Dot::from).collect();
    if !shown.is_empty() {
        let settings =
            enrichment_dots::Settings { title: collection.name.clone(), ..enrichment_dots::Settings::of_ranking() };
        let drawing = enrichment_dots::figure(&shown, &settings, &Style::double())?;
        pieces.push(Piece::figure(
            name.clone(),
            drawing,
            format!("{}: sets that are high or low in the ranking.", collection.name),
        ));
    }
    for running in &collection.running {
        let score = sets.iter().find(|set| set.set == running.set);
        let drawing = running_score::figure(running, score, &Default::default(), &Style::single())?;
        let file = format!("{name}-{}", slug(&running.set));
        pieces.push(Piece::figure(file, drawing, format!("{}: the running score along the ranking.", running.set)));
    }
    pieces.push(Piece::head(name, table, SHOWN, caption));
    Ok(pieces)
}

fn rank_row(set: &SetScore) -> [String; 7] {
    [
        set.set.clone(),
        set.size.to_string(),
        fixed(set.es, 3),
        set.nes.map_or_else(|| "–".to_string(), |nes| fixed(nes, 2)),
        p(set.p_value),
        p(set.adj_p_value),
        set.leading_edge.join(" "),
    ]
}
