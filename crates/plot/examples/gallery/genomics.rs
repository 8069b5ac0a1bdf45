//! The figures of genes, from simulated expression to drawing.

use radsurv_data::Covariates;
use radsurv_genomics::association::{AssociationSettings, Associations, associate};
use radsurv_genomics::differential::{Change, ChangeRule, Comparison, TopTable};
use radsurv_genomics::enrichment::gsea::{Gsea, RankBy, Ranking};
use radsurv_genomics::enrichment::over_representation::{OverRepresentation, Universe::Tested};
use radsurv_genomics::network::NetworkSettings;
use radsurv_genomics::overlap::{ChangedGenes, Universe, by_direction};
use radsurv_genomics::{Expression, GeneSet, GeneSets};
use radsurv_plot::{Drawing, Style};

use crate::data::{Any, Cohort, GENES, Numbers, cohort, features_of};

/// Genes that differ between the groups.
fn differential(cohort: &Cohort) -> Any<TopTable> {
    let comparison = Comparison { reference: Some("Low risk".into()), ..Comparison::default() };
    let covariates = Covariates::new(cohort.groups.len());
    Ok(comparison.run(&cohort.expression, &cohort.groups, &covariates)?.table)
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

/// Made-up sets: each has fewer of the genes that are up, or down, than the one before, and some others.
fn sets() -> Any<GeneSets> {
    let set = |(k, name): (usize, &&str)| {
        let known = if k % 4 == 3 { &GENES[20..35] } else { &GENES[..20] };
        let known = known.iter().rev().take((16 - k.min(14)).min(known.len())).map(|gene| gene.to_string());
        let others = (0..12 + 9 * (k * 5 % 7)).map(|i| format!("GENE{}", 40 + (i * 53 + k * 131) % 1160));
        GeneSet::new(*name, known.chain(others))
    };
    Ok(GeneSets::new(SETS.iter().enumerate().map(set).collect())?)
}

pub fn enrichment_dots(style: &Style) -> Any<Drawing> {
    use radsurv_plot::enrichment_dots::{Dot, Settings, figure};
    let table = differential(&cohort(1)?)?;
    let tested: Vec<&str> = table.rows.iter().map(|row| row.gene.as_str()).collect();
    let up = table.changed(&ChangeRule { log_fc: 0.7, ..ChangeRule::default() }, Change::Up);
    let found = OverRepresentation { universe: Tested, ..Default::default() }.test(&up, &tested, &sets()?)?;
    let dots: Vec<Dot> = found.rows.iter().map(Dot::from).collect();
    Ok(figure(&dots, &Settings::default(), style)?)
}

/// The other sets along the same ranking: some are low.
pub fn enrichment_of_ranking(style: &Style) -> Any<Drawing> {
    use radsurv_plot::enrichment_dots::{Dot, Settings, figure};
    let ranking = Ranking::of_table(&differential(&cohort(1)?)?, RankBy::T)?;
    let found = Gsea::default().run(&ranking, &sets()?)?;
    let dots: Vec<Dot> = found.rows.iter().map(Dot::from).collect();
    Ok(figure(&dots, &Settings { shown: 10, count: "Leading".into(), ..Settings::of_ranking() }, style)?)
}

pub fn running_score(style: &Style) -> Any<Drawing> {
    use radsurv_plot::running_score::{Settings, figure};
    let ranking = Ranking::of_table(&differential(&cohort(1)?)?, RankBy::T)?;
    let (gsea, sets) = (Gsea::default(), sets()?);
    let found = gsea.run(&ranking, &sets)?;
    let score = found.rows.iter().find(|row| row.set == sets.sets[0].name);
    let ends = ["high risk".into(), "low risk".into()];
    let settings = Settings { ranked_by: "Moderated t".into(), ends, ..Settings::default() };
    Ok(figure(&gsea.running_score(&ranking, &sets.sets[0])?, score, &settings, style)?)
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

/// Genes that follow one of three patterns, each to a different degree, and some that follow none.
pub fn network(style: &Style) -> Any<Drawing> {
    let mut numbers = Numbers::new(12);
    let (sizes, samples) = ([24, 15, 9], 80);
    let (mut names, mut values) = (Vec::new(), Vec::new());
    let mut add = |values_of: Vec<f64>| {
        let place: usize = names.len();
        names.push(GENES.get(place).map_or_else(|| format!("GENE{place}"), |name| name.to_string()));
        values.extend(values_of);
    };
    for size in sizes {
        let common: Vec<f64> = (0..samples).map(|_| numbers.normal()).collect();
        for i in 0..size {
            let noise = 0.35 + 0.05 * (i % 9) as f64;
            let sign = if i % 8 == 5 { -1.0 } else { 1.0 };
            add(common.iter().map(|c| sign * c + noise * numbers.normal()).collect());
        }
    }
    (0..12).for_each(|_| add((0..samples).map(|_| numbers.normal()).collect()));
    let table = Expression::new(names, (0..samples).map(|i| format!("S{i}")).collect(), values)?;
    let settings = NetworkSettings { power: Some(6), min_size: 6, hubs: 3, edges: 60, ..NetworkSettings::default() };
    let network = settings.fit(&table)?;
    Ok(radsurv_plot::network::figure(&network.nodes, &network.edges, &Default::default(), style)?)
}
