//! TCGA-CESC, 2009 genes of 242 tumours: the numbers of reference/genomics_cesc.R.

use std::time::Instant;

use radsurv_data::{Survival, Table};
use radsurv_genomics::Expression;
use radsurv_genomics::gene_survival::{Beside, GeneSurvivalSettings};
use radsurv_genomics::network::{NetworkSettings, Outside, PowerFrom, TreeCut};
use radsurv_stats::nonparametric::Selected;

use crate::support::assert_near;

struct Cesc {
    expression: Expression,
    outcome: Survival,
    age: Vec<f64>,
}

fn cesc() -> Cesc {
    let folder = radsurv_testkit::data::folder().unwrap().join("tcga_cesc");
    let expression = Expression::read(folder.join("tcga_cesc_rlog_2009genes_242pts.csv.gz")).unwrap();
    let table = Table::read_csv(folder.join("tcga_cesc_242pts_pheno_survival.csv")).unwrap();
    let column = |name: &str| -> Vec<String> {
        let place = table.column(name).unwrap();
        table.rows().iter().map(|row| row.cells[place].clone()).collect()
    };
    assert_eq!(column("sample"), expression.samples());
    let outcome =
        Survival::parse(expression.samples(), ("OS.time", &column("OS.time")), ("OS", &column("OS"))).unwrap();
    Cesc { expression, outcome, age: column("age_at_index").iter().map(|age| age.parse().unwrap()).collect() }
}

#[test]
#[ignore = "needs the folder of real data"]
fn genes_beside_survival_are_those_of_r() {
    let Cesc { expression, outcome, .. } = cesc();
    for cut_p_value in [Selected::Lausen1994, Selected::Gauss] {
        let start = Instant::now();
        let settings = GeneSurvivalSettings { cut_p_value, ..GeneSurvivalSettings::default() };
        let found = settings.fit::<&str>(&expression, &outcome, None, &Beside::default()).unwrap();
        println!("2009 Cox models and cuts, {cut_p_value:?}: {:.2} s", start.elapsed().as_secs_f64());
        assert_eq!((found.rows.len(), found.samples, found.events), (2009, 242, 60));
        let best = &found.rows[0];
        assert_eq!(best.gene, "ENSG00000135766");
        let model = [best.hazard_ratio, best.lower, best.upper];
        assert_near(&model, &[1.92297323991, 1.51281456317, 2.44433532797], 1e-8, 0.0, "model");
        assert_near(&[best.p_value, best.adj_p_value], &[9.18903229861e-08, 0.000184607658879], 1e-7, 0.0, "p");
        assert_eq!(found.rows.iter().filter(|row| row.p_value < 0.05).count(), 350);
        assert_eq!(found.rows.iter().filter(|row| row.adj_p_value < 0.05).count(), 29);
        assert_near(&[best.cut, best.cut_statistic], &[11.77942, 5.37049639401], 1e-10, 0.0, "cut");
        assert_eq!(found.rows.iter().filter(|row| row.cut_adj_p_value < 0.05).count(), 1);
        if cut_p_value == Selected::Lausen1994 {
            assert_near(&[best.cut_p_value], &[4.91897528104e-06], 1e-9, 0.0, "p of the cut");
        }
    }
    // Genes that the study looks for, in a table that has others.
    let named = ["ENSG00000135766", "KDELR2", "HK2"];
    let found = GeneSurvivalSettings::default().fit(&expression, &outcome, Some(&named), &Beside::default()).unwrap();
    assert_eq!((found.rows.len(), found.missing), (1, vec!["KDELR2".to_string(), "HK2".to_string()]));
}

#[test]
#[ignore = "needs the folder of real data"]
fn modules_are_those_of_r() {
    let Cesc { expression, age, .. } = cesc();
    let start = Instant::now();
    let chosen = NetworkSettings::default().fit(&expression).unwrap();
    println!("a network of 2009 genes, its power chosen: {:.2} s", start.elapsed().as_secs_f64());
    assert_eq!((chosen.power, chosen.power_from), (4, PowerFrom::ScaleFree));
    let third = &chosen.thresholds[2];
    let golden = [0.849773230131, -1.91272621094, 0.96658144358, 9.76026212536, 7.906590247, 47.918178658];
    let ours = [third.r_squared, third.slope, third.truncated_r_squared, third.mean, third.median, third.max];
    assert_near(&ours, &golden, 1e-9, 0.0, "threshold");
    let cut = TreeCut::Hybrid { deep_split: 2, height: None, outside: Outside::OwnBranch };
    let network = NetworkSettings { power: Some(5), cut, ..NetworkSettings::default() }.fit(&expression).unwrap();
    assert_eq!(network.modules_before, 3);
    assert_eq!(network.modules.iter().map(|m| m.genes).collect::<Vec<_>>(), [227, 58, 39]);
    let explained: Vec<f64> = network.modules.iter().map(|m| m.eigengene.explained).collect();
    assert_near(&explained, &[0.319323204649, 0.396596594512, 0.39009210962], 1e-10, 0.0, "explained");
    let hubs: Vec<&str> = network.modules.iter().map(|m| m.top_hub.as_str()).collect();
    assert_eq!(hubs, ["ENSG00000101082", "ENSG00000180745", "ENSG00000197893"]);
    let with = network.traits(&[("age", &age)]).unwrap();
    let r: Vec<f64> = with.iter().map(|t| t.r).collect();
    assert_near(&r, &[-0.10412453380961, 0.00577318524857, 0.07040406760142], 1e-9, 0.0, "r");
    let p: Vec<f64> = with.iter().map(|t| t.p_value).collect();
    assert_near(&p, &[0.106136266870, 0.928807390158, 0.275310791339], 1e-9, 0.0, "p");
}
