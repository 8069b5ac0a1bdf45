//! What the truth says of genes and pathways.

use radsurv::eval::text_table::TextTable;
use radsurv::genomics::differential::Change;
use radsurv::study::Study;
use radsurv::study::radiogenomics::Radiogenomics;
use radsurv::study::simulate::{GeneRole, SimulatedExpression, Simulation};

/// Adjusted p-values below this are called significant.
const SIGNIFICANT: f64 = 0.05;

/// Prints what was found of what was planted.
pub fn judge(study: &Study, simulation: &Simulation, expression: &SimulatedExpression) {
    println!("### Are the genes true?\n");
    let patients = expression.expression.samples().len();
    println!(
        "{} simulated genes of {patients} of {} patients: 80 are higher and 40 lower where the risk that images show is higher, 12 go with the contrast of a texture, \
         which is a part of that risk, 320 go with each other alone, the others with nothing.\n",
        expression.roles.len(),
        simulation.patients().len()
    );
    for of in &study.genomics {
        match &of.found {
            Err(why) => println!("{}: expression was not compared: {why}.\n", of.endpoint),
            Ok(found) => endpoint(&of.endpoint, found, expression),
        }
    }
}

fn endpoint(name: &str, found: &Radiogenomics, expression: &SimulatedExpression) {
    let [low, high] = &found.groups;
    println!("{name}, {} patients of high and {} of low Radscore:\n", high.samples, low.samples);
    genes(found, expression);
    sets(found);
    features(found, expression);
    println!("- Not in the table, and said so: {}.\n", found.missing.join(", "));
}

fn genes(found: &Radiogenomics, expression: &SimulatedExpression) {
    let mut table = TextTable::new(["called changed", "planted: up", "down", "contrast", "false"]);
    let rules =
        [("P < 0.05, |log2 FC| > 1", false, 1.0), ("adjusted P < 0.05", true, 0.0), ("P < 0.05 alone", false, 0.0)];
    for (text, adjusted, log_fc) in rules {
        let rule = radsurv::genomics::differential::ChangeRule { p: SIGNIFICANT, adjusted, log_fc };
        let changed = [Change::Up, Change::Down].map(|change| found.table.changed(&rule, change)).concat();
        let count = |is: &dyn Fn(GeneRole) -> bool| changed.iter().filter(|gene| is(expression.role(gene))).count();
        let contrast = |role| matches!(role, GeneRole::TumourContrast | GeneRole::RingContrast);
        let [up, down] = [GeneRole::Up, GeneRole::Down].map(|role| count(&|of| of == role));
        let counts = [up, down, count(&contrast), count(&|role| !role.shows_risk())].map(|n| n.to_string());
        table.push([format!("{text}: {}", changed.len())].into_iter().chain(counts));
    }
    println!("{}", table.to_markdown());
}

fn sets(found: &Radiogenomics) {
    let planted = |set: &str| set.starts_with("RISK_");
    for collection in &found.collections {
        let over = collection.over_representation.iter().flat_map(|changed| &changed.sets);
        let over: Vec<&str> = over.filter(|set| set.adj_p_value < SIGNIFICANT).map(|set| set.set.as_str()).collect();
        let ranked = collection.gsea.iter().filter(|set| set.adj_p_value < SIGNIFICANT);
        let ranked: Vec<&str> = ranked.map(|set| set.set.as_str()).collect();
        for (how, sets) in [("over-represented", &over), ("in the ranking (GSEA)", &ranked)] {
            let right = sets.iter().filter(|set| planted(set)).count();
            let wrong: Vec<&str> = sets.iter().filter(|set| !planted(set)).copied().collect();
            let which = if wrong.is_empty() { String::new() } else { format!(": {}", wrong.join(", ")) };
            println!("- Sets {how}: {right} of 6 with genes of risk, {} of the 54 others{which}.", wrong.len());
        }
    }
}

/// Whether genes of a texture go with features of that region.
fn features(found: &Radiogenomics, expression: &SimulatedExpression) {
    let Some(of) = &found.associations else { return println!("- No feature to set beside genes.") };
    let strong: Vec<_> = of.pairs.iter().filter(|pair| pair.strong).collect();
    let right = strong.iter().filter(|pair| expression.role(&pair.gene).shows_risk()).count();
    println!(
        "- Strong pairs of gene and feature (P < 0.05, |r| > 0.6): {} of {}, {right} of a gene of risk or contrast.",
        strong.len(),
        of.pairs.len()
    );
    if let Some(chance) = of.largest_by_chance {
        let above = of.pairs.iter().filter(|pair| pair.r.abs() > chance).count();
        println!("- Pairs beyond what chance gives in one of twenty studies (|r| > {chance:.2}): {above}.");
    }
}
