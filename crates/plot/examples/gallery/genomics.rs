//! The figures of genes, from simulated expression to drawing.

use radsurv_genomics::Expression;
use radsurv_genomics::association::{AssociationSettings, Associations, associate};
use radsurv_genomics::differential::{ChangeRule, GeneRow, TopTable};
use radsurv_genomics::enrichment::gsea::{RunningScore, SetScore};
use radsurv_genomics::enrichment::over_representation::SetOverlap;
use radsurv_genomics::network::{Edge, Node};
use radsurv_genomics::overlap::{ChangedGenes, Universe, by_direction};
use radsurv_plot::{Drawing, Style};
use radsurv_stats::correlation::{CorrelationMatrix, Method, Missing};
use radsurv_stats::distribution::{Hypergeometric, StudentT};
use radsurv_stats::multiple::{Adjustment, adjust};

use crate::data::{Any, Cohort, Numbers, cohort, features_of};

/// Genes that differ between the groups, by the t test of equal variances.
fn differential(cohort: &Cohort) -> Any<TopTable> {
    let codes = cohort.groups.codes();
    let row = |(gene, values): (&String, &[f64])| -> Any<GeneRow> {
        let of = |level: usize| -> Vec<f64> {
            values.iter().zip(codes).filter(|(_, code)| **code == Some(level)).map(|(v, _)| *v).collect()
        };
        let (high, low) = (of(0), of(1));
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
        let squares = |v: &[f64]| v.iter().map(|x| (x - mean(v)).powi(2)).sum::<f64>();
        let (n, log_fc) = (values.len() as f64, mean(&high) - mean(&low));
        let variance = (squares(&low) + squares(&high)) / (n - 2.0);
        let t = log_fc / (variance * (1.0 / low.len() as f64 + 1.0 / high.len() as f64)).sqrt();
        let p_value = StudentT::new(n - 2.0)?.two_sided(t);
        Ok(GeneRow { gene: gene.clone(), log_fc, ave_expr: mean(values), t, p_value, adj_p_value: p_value, b: None })
    };
    let mut rows = cohort.expression.genes().iter().zip(cohort.expression.rows()).map(row).collect::<Any<Vec<_>>>()?;
    let p_values: Vec<f64> = rows.iter().map(|row| row.p_value).collect();
    let adjusted = adjust(&p_values, Adjustment::BenjaminiHochberg)?;
    rows.iter_mut().zip(adjusted).for_each(|(row, p)| row.adj_p_value = p);
    rows.sort_by(|a, b| a.p_value.total_cmp(&b.p_value));
    Ok(TopTable { coefficient: "high - low".into(), rows })
}

pub fn volcano(style: &Style) -> Any<Drawing> {
    use radsurv_plot::volcano::{Settings, figure};
    let table = differential(&cohort(1)?)?;
    let settings = Settings { genes: vec!["KDELR2".into()], ..Settings::default() };
    Ok(figure(&table, &ChangeRule::default(), &settings, style)?)
}

/// Changed genes of some cohorts, up or down.
fn changed(cohorts: &[&str], up: bool) -> Any<radsurv_genomics::overlap::Overlap> {
    let tables = (1..).zip(cohorts).map(|(seed, _)| differential(&cohort(seed)?)).collect::<Any<Vec<_>>>()?;
    let rule = ChangeRule { log_fc: 0.7, ..ChangeRule::default() };
    let changed: Vec<ChangedGenes> =
        cohorts.iter().zip(&tables).map(|(name, table)| ChangedGenes::of_table(*name, table, &rule)).collect();
    let shared = by_direction(&changed, &Universe::of_tables(&tables))?;
    Ok(if up { shared.up } else { shared.down })
}

pub fn venn(style: &Style) -> Any<Drawing> {
    use radsurv_plot::venn::{Settings, figure};
    let settings = Settings { title: "Genes that are up".into(), ..Settings::default() };
    Ok(figure(&changed(&["Training", "Internal test", "External test"], true)?, &settings, style)?)
}

pub fn venn_of_two(style: &Style) -> Any<Drawing> {
    use radsurv_plot::venn::{Settings, figure};
    let settings = Settings { title: "Genes that are down".into(), ..Settings::default() };
    Ok(figure(&changed(&["Training", "External test"], false)?, &settings, style)?)
}

pub fn upset(style: &Style) -> Any<Drawing> {
    let cohorts = ["Training", "Internal test", "External test", "Centre D", "Centre E"];
    Ok(radsurv_plot::upset::figure(&changed(&cohorts, true)?, &Default::default(), style)?)
}

/// The genes that differ most.
fn top(cohort: &Cohort, count: usize) -> Any<Expression> {
    let table = differential(cohort)?;
    let places = cohort.expression.places();
    let genes: Vec<usize> = table.rows[..count].iter().map(|row| places[row.gene.as_str()]).collect();
    Ok(cohort.expression.select_genes(&genes))
}

pub fn expression_map(style: &Style) -> Any<Drawing> {
    let cohort = cohort(1)?;
    Ok(radsurv_plot::expression_map::figure(&top(&cohort, 22)?, Some(&cohort.groups), &Default::default(), style)?)
}

const SETS: [&str; 14] = [
    "HALLMARK_HYPOXIA",
    "HALLMARK_GLYCOLYSIS",
    "HALLMARK_EPITHELIAL_MESENCHYMAL_TRANSITION",
    "HALLMARK_TNFA_SIGNALING_VIA_NFKB",
    "HALLMARK_INFLAMMATORY_RESPONSE",
    "HALLMARK_MTORC1_SIGNALING",
    "HALLMARK_ANGIOGENESIS",
    "GOBP_REGULATION_OF_CELLULAR_RESPONSE_TO_VASCULAR_ENDOTHELIAL_GROWTH_FACTOR_STIMULUS",
    "REACTOME_TRANSLOCATION_OF_ZAP_70_TO_IMMUNOLOGICAL_SYNAPSE",
    "HALLMARK_INTERFERON_GAMMA_RESPONSE",
    "HALLMARK_ALLOGRAFT_REJECTION",
    "HALLMARK_ESTROGEN_RESPONSE_EARLY",
    "GOBP_T_CELL_ACTIVATION",
    "HALLMARK_MYOGENESIS",
];

/// Sets of which a made-up list of 150 of 18 000 genes has as many as given.
pub fn enrichment_dots(style: &Style) -> Any<Drawing> {
    use radsurv_plot::enrichment_dots::{Dot, Settings, figure};
    let (universe, listed) = (18_000, 150);
    let found = [21, 14, 16, 9, 8, 7, 4, 3, 2, 5, 4, 3, 6, 2];
    let set = |(k, (name, shared)): (usize, (&&str, usize))| -> Any<SetOverlap> {
        let size = [200, 190, 196, 188, 195, 160, 36, 41, 13, 200, 180, 200, 450, 170][k];
        let chance = Hypergeometric::new(universe as u64, size as u64, listed as u64)?;
        let p_value = chance.at_least(shared as u64);
        Ok(SetOverlap {
            set: name.to_string(),
            description: String::new(),
            size,
            listed,
            genes: (0..shared).map(|g| format!("G{g}")).collect(),
            universe,
            expected: chance.mean(),
            fold: shared as f64 / chance.mean(),
            p_value,
            adj_p_value: (14.0 * p_value).min(1.0),
        })
    };
    let sets = SETS.iter().zip(found).enumerate().map(set).collect::<Any<Vec<_>>>()?;
    let dots: Vec<Dot> = sets.iter().map(Dot::from).collect();
    Ok(figure(&dots, &Settings::default(), style)?)
}

/// The running score of the genes that are up, along the moderated t.
fn running() -> Any<RunningScore> {
    let table = differential(&cohort(1)?)?;
    let mut ranked: Vec<(f64, String)> = table.rows.into_iter().map(|row| (row.t, row.gene)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let set =
        ["HK2", "LDHA", "VEGFA", "CA9", "SLC2A1", "PGK1", "ENO1", "ADM", "NDRG1", "BNIP3", "P4HA1", "ANKRD37", "EGLN3"];
    let inside = |gene: &str| set.contains(&gene) || gene.ends_with("77") || gene.ends_with("404");
    let hits: Vec<usize> = (0..ranked.len()).filter(|&i| inside(&ranked[i].1)).collect();
    let total: f64 = hits.iter().map(|&hit| ranked[hit].0.abs()).sum();
    let miss = 1.0 / (ranked.len() - hits.len()) as f64;
    let (mut scores, mut sum) = (Vec::new(), 0.0);
    for (k, &hit) in hits.iter().enumerate() {
        let before = sum - miss * (hit - k) as f64;
        sum += ranked[hit].0.abs() / total;
        scores.push([before, before + ranked[hit].0.abs() / total]);
    }
    let es = scores.iter().flatten().fold(0.0f64, |es, v| if v.abs() > es.abs() { *v } else { es });
    Ok(RunningScore { set: SETS[0].into(), hits, scores, es, ranking: ranked.into_iter().map(|(t, _)| t).collect() })
}

pub fn running_score(style: &Style) -> Any<Drawing> {
    use radsurv_plot::running_score::{Settings, figure};
    let running = running()?;
    let score = SetScore {
        set: running.set.clone(),
        description: String::new(),
        size: running.hits.len(),
        es: running.es,
        nes: Some(1.84),
        p_value: 0.0004,
        adj_p_value: 0.006,
        q_value: None,
        log2_error: None,
        leading_edge: Vec::new(),
    };
    let ends = ["high risk".into(), "low risk".into()];
    let settings = Settings { ranked_by: "t".into(), ends, ..Settings::default() };
    Ok(figure(&running, Some(&score), &settings, style)?)
}

/// Genes and features of a cohort.
fn associated(genes: &[&str]) -> Any<Associations> {
    let cohort = cohort(1)?;
    let features = features_of(&cohort)?;
    let genes: Vec<String> = genes.iter().map(|gene| gene.to_string()).collect();
    Ok(associate(&cohort.expression, &genes, &features, features.names(), None, &AssociationSettings::default())?)
}

pub fn gene_feature(style: &Style) -> Any<Drawing> {
    let cohort = cohort(1)?;
    let features = features_of(&cohort)?;
    let found = associated(&["HK2"])?;
    let best = found.pairs.iter().max_by(|a, b| a.r.total_cmp(&b.r)).ok_or("no pair")?;
    let feature = features.column(&best.feature).unwrap_or_default();
    let gene = cohort.expression.gene("HK2").unwrap_or_default();
    Ok(radsurv_plot::gene_feature::figure(feature, gene, best, &Default::default(), style)?)
}

pub fn association_map(style: &Style) -> Any<Drawing> {
    use radsurv_plot::association_map::{Settings, figure};
    let genes = [
        "HK2", "KDELR2", "LDHA", "VEGFA", "CA9", "SPP1", "MMP1", "CD8A", "GZMB", "CXCL9", "CD274", "ESR1", "PGR",
        "TFF3",
    ];
    let settings = Settings {
        name: "Spearman's correlation".into(),
        mark: "|ρ| > 0.6 and p < 0.05".into(),
        ..Settings::default()
    };
    Ok(figure(&associated(&genes)?.pairs, &settings, style)?)
}

/// Three made-up modules: soft-thresholded correlations of genes that follow their module to a different degree.
pub fn network(style: &Style) -> Any<Drawing> {
    let mut numbers = Numbers::new(12);
    let sizes = [24, 15, 9];
    let common: Vec<Vec<f64>> = sizes.iter().map(|_| (0..80).map(|_| numbers.normal()).collect()).collect();
    let (mut names, mut modules, mut columns) = (Vec::new(), Vec::new(), Vec::new());
    for (m, size) in sizes.into_iter().enumerate() {
        for i in 0..size {
            let noise = 0.45 + 0.05 * (i % 9) as f64;
            let sign = if i % 8 == 5 { -1.0 } else { 1.0 };
            columns.push(common[m].iter().map(|c| sign * c + noise * numbers.normal()).collect::<Vec<f64>>());
            let name =
                crate::data::GENES.get(names.len()).map_or_else(|| format!("GENE{}", names.len()), |n| n.to_string());
            names.push(name);
            modules.push(m + 1);
        }
    }
    let r = CorrelationMatrix::new(&columns, Method::Pearson, Missing::Refuse)?;
    let weight = |i: usize, j: usize| r.get(i, j).abs().powi(6);
    let all: Vec<usize> = (0..names.len()).collect();
    let sum = |i: usize, inside: bool| -> f64 {
        all.iter().filter(|&&j| j != i && (!inside || modules[j] == modules[i])).map(|&j| weight(i, j)).sum()
    };
    let within: Vec<f64> = all.iter().map(|&i| sum(i, true)).collect();
    let hub = |i: usize| all.iter().filter(|&&j| modules[j] == modules[i] && within[j] > within[i]).count() < 3;
    let node = |&i: &usize| Node {
        gene: names[i].clone(),
        module: modules[i],
        connectivity: sum(i, false),
        within_module: within[i],
        membership: None,
        hub: hub(i),
    };
    let nodes: Vec<Node> = all.iter().map(node).collect();
    let pairs = all.iter().flat_map(|&i| (0..i).map(move |j| (i, j)));
    let edges = pairs.map(|(i, j)| Edge { genes: [i, j], weight: weight(i, j), r: r.get(i, j) });
    let edges: Vec<Edge> = edges.filter(|edge| edge.weight > 0.12).collect();
    Ok(radsurv_plot::network::figure(&nodes, &edges, &Default::default(), style)?)
}
