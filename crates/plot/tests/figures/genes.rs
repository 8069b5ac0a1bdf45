//! Figures of odd genes, lists, sets and networks.

use radsurv_data::Groups;
use radsurv_genomics::Expression;
use radsurv_genomics::association::Association;
use radsurv_genomics::differential::{ChangeRule, GeneRow, TopTable};
use radsurv_genomics::enrichment::gsea::{RunningScore, SetScore};
use radsurv_genomics::network::{Edge, Node};
use radsurv_genomics::overlap::{GeneList, Overlap, Universe, overlap};
use radsurv_plot::expression_map::SampleOrder;
use radsurv_plot::{
    Style, association_map, enrichment_dots, expression_map, gene_feature, network, running_score, upset, venn, volcano,
};
use radsurv_testkit::splitmix::SplitMix64;

use crate::support::{LONG, ODD, sound, styles};

fn message<T>(result: radsurv_plot::Result<T>) -> String {
    result.err().map_or(String::new(), |e| e.to_string())
}

fn name(i: usize) -> String {
    match i {
        0 => ODD.to_string(),
        1 => LONG.to_string(),
        _ => format!("GENE{i}"),
    }
}

fn table(genes: usize) -> TopTable {
    let mut random = SplitMix64::new(genes as u64);
    let row = |i: usize| {
        let log_fc = random.below(2001) as f64 / 250.0 - 4.0;
        let p_value = match i % 50 {
            7 => f64::NAN,
            8 => 0.0,
            _ => 10f64.powf(-(random.below(1000) as f64) / 100.0 * log_fc.abs()),
        };
        let log_fc = if i % 50 == 9 { f64::INFINITY } else { log_fc };
        GeneRow { gene: name(i), log_fc, ave_expr: 5.0, t: 1.0, p_value, adj_p_value: p_value, b: None }
    };
    TopTable { coefficient: "high - low".into(), rows: (0..genes).map(row).collect() }
}

#[test]
fn volcanoes_of_any_table() {
    for genes in [1, 5, 300, 20_000] {
        let table = table(genes);
        for style in styles() {
            for rule in [
                ChangeRule::default(),
                ChangeRule { p: 1e-30, adjusted: true, log_fc: 9.0 },
                ChangeRule { p: 0.0, adjusted: false, log_fc: 0.0 },
            ] {
                let settings = volcano::Settings {
                    title: LONG.into(),
                    labelled: 60,
                    genes: vec![name(0), name(1), name(2)],
                    ..Default::default()
                };
                let drawing = volcano::figure(&table, &rule, &settings, &style).unwrap();
                sound(&drawing, &format!("{genes} genes, {rule:?}"));
                assert!(drawing.to_svg().len() < 450_000, "{}", drawing.to_svg().len());
            }
        }
    }
    let none = TopTable { coefficient: String::new(), rows: vec![] };
    let found = message(volcano::figure(&none, &ChangeRule::default(), &Default::default(), &Style::default()));
    assert!(found.contains("none of 0 genes"), "{found}");
}

fn lists(count: usize, names: impl Fn(usize) -> String) -> Overlap {
    let list = |i: usize| GeneList {
        name: names(i),
        genes: (0..400usize)
            .filter(|gene| *gene < 2 || ((gene * 7919 + i * i * 31) % 97).is_multiple_of(i + 2))
            .map(|g| format!("G{g}"))
            .collect(),
    };
    overlap(&(0..count).map(list).collect::<Vec<_>>(), &Universe::Count(20_000)).unwrap()
}

#[test]
fn lists_of_any_number() {
    let long = |i: usize| format!("{LONG} {i}");
    let odd = |i: usize| format!("{ODD} {i}");
    for count in [2, 3, 5, 12, 20, 30] {
        for style in styles() {
            for shared in [lists(count, long), lists(count, odd)] {
                let settings = upset::Settings { title: LONG.into(), ..Default::default() };
                sound(&upset::figure(&shared, &settings, &style).unwrap(), &format!("{count} lists"));
                let settings = venn::Settings { title: LONG.into(), ..Default::default() };
                let venn = venn::figure(&shared, &settings, &style);
                match count {
                    2 | 3 => sound(&venn.unwrap(), "venn"),
                    _ => assert!(message(venn).contains(&format!("a Venn diagram of {count} lists"))),
                }
            }
        }
    }
    // The genes of all lists are there however few.
    let shared = lists(5, |i| format!("list {i}"));
    assert!(!shared.in_all().is_empty());
    let settings = upset::Settings { shown: 2, ..Default::default() };
    let drawing = upset::figure(&shared, &settings, &Style::double()).unwrap();
    let number = shared.in_all().len().to_string();
    assert!(drawing.labels().iter().any(|label| label.text == number));
    let empty = overlap(&["a", "b"].map(|n| GeneList { name: n.into(), genes: vec![] }), &Universe::Count(9)).unwrap();
    sound(&venn::figure(&empty, &Default::default(), &Style::default()).unwrap(), "empty lists");
    assert!(message(upset::figure(&empty, &Default::default(), &Style::default())).contains("0 genes"));
}

#[test]
fn expression_of_any_shape() {
    for (genes, samples) in [(1, 1), (1, 40), (2, 2), (30, 3), (200, 50), (500, 120)] {
        let mut random = SplitMix64::new(3);
        let value = |i: usize| match i / samples {
            2 => 4.0,
            3 => f64::NAN,
            _ if i.is_multiple_of(17) => f64::NAN,
            _ => random.below(1000) as f64 / 100.0,
        };
        let values = (0..genes * samples).map(value).collect();
        let ids = (0..samples).map(|i| format!("S{i}")).collect();
        let expression = Expression::new((0..genes).map(name).collect(), ids, values).unwrap();
        let groups = Groups::new((0..samples).map(|i| if i % 7 == 5 { None } else { Some(name(i % 3)) }));
        for style in styles() {
            for order in [SampleOrder::WithinGroups, SampleOrder::Clustered, SampleOrder::Given] {
                let settings = expression_map::Settings { title: LONG.into(), samples: order, ..Default::default() };
                for groups in [None, Some(&groups)] {
                    let drawing = expression_map::figure(&expression, groups, &settings, &style).unwrap();
                    assert_eq!(
                        (drawing.overlaps(), drawing.cut_off()),
                        (vec![], vec![]),
                        "{genes} {samples} {order:?}"
                    );
                    if genes < 100 {
                        sound(&drawing, &format!("{genes} genes, {samples} samples"));
                    }
                }
            }
        }
        let found = message(expression_map::figure(
            &expression,
            Some(&groups.rows(&[])),
            &Default::default(),
            &Style::default(),
        ));
        assert!(found.contains("0 groups of"), "{found}");
        let settings = expression_map::Settings { limit: 0.0, ..Default::default() };
        assert!(
            message(expression_map::figure(&expression, None, &settings, &Style::default())).contains("z-score of 0")
        );
    }
    let found = message(expression_map::figure(&Expression::default(), None, &Default::default(), &Style::default()));
    assert!(found.contains("0 genes and 0 samples"), "{found}");
}

#[test]
fn sets_of_any_size() {
    let dot = |i: usize| enrichment_dots::Dot {
        name: if i.is_multiple_of(3) { format!("{LONG} {LONG} {i}") } else { format!("HALLMARK_{ODD}_{i}") },
        strength: if i % 11 == 4 { f64::NAN } else { (i * 37 % 23) as f64 / 4.0 - 2.0 },
        genes: [1, 0, 37, 100_000][i % 4],
        adj_p_value: if i % 5 == 2 { 0.0 } else { 10f64.powi(-(i as i32 % 40)) },
    };
    for count in [1, 2, 6, 70] {
        let dots: Vec<_> = (0..count).map(dot).collect();
        for style in styles() {
            let settings = enrichment_dots::Settings {
                title: LONG.into(),
                count: LONG.into(),
                ..enrichment_dots::Settings::of_ranking()
            };
            sound(&enrichment_dots::figure(&dots, &settings, &style).unwrap(), &format!("{count} sets"));
        }
    }
    let without = SetScore {
        set: "A".into(),
        description: String::new(),
        size: 3,
        es: 0.2,
        nes: None,
        p_value: 0.3,
        adj_p_value: 0.4,
        q_value: None,
        log2_error: None,
        leading_edge: vec![],
    };
    let dots = [enrichment_dots::Dot::from(&without)];
    assert!(message(enrichment_dots::figure(&dots, &Default::default(), &Style::default())).contains("none of 1 sets"));
}

#[test]
fn running_scores_of_any_ranking() {
    for (genes, every) in [(1, 1), (2, 1), (30, 30), (20_000, 7), (20_000, 19_999)] {
        let hits: Vec<usize> = (0..genes).step_by(every).collect();
        let scores =
            (0..hits.len()).map(|i| [-(i as f64) / hits.len() as f64, -(i as f64 + 0.5) / hits.len() as f64]).collect();
        let ranking = (0..genes).map(|i| 1e4 - i as f64).collect();
        let running = RunningScore { set: LONG.into(), hits, scores, es: -0.9, ranking };
        let score = SetScore {
            set: LONG.into(),
            description: String::new(),
            size: 1,
            es: -0.9,
            nes: Some(-2.0),
            p_value: 1e-9,
            adj_p_value: f64::NAN,
            q_value: None,
            log2_error: None,
            leading_edge: vec![],
        };
        for style in styles() {
            for score in [None, Some(&score)] {
                let settings = running_score::Settings {
                    ranked_by: LONG.into(),
                    ends: [LONG.into(), ODD.into()],
                    ..Default::default()
                };
                let drawing = running_score::figure(&running, score, &settings, &style).unwrap();
                sound(&drawing, &format!("{genes} genes"));
                assert!(drawing.to_svg().len() < 250_000, "{}", drawing.to_svg().len());
            }
        }
        let beyond = RunningScore { hits: vec![genes; running.hits.len()], ..running.clone() };
        assert!(
            message(running_score::figure(&beyond, None, &Default::default(), &Style::default()))
                .contains("places and")
        );
    }
}

fn pair(feature: usize, gene: usize, r: f64) -> Association {
    Association {
        feature: name(feature),
        gene: name(gene),
        samples: 40,
        r,
        lower: r - 0.1,
        upper: r + 0.1,
        p_value: 0.01,
        adj_p_value: 0.04,
        family_p_value: None,
        strong: r.abs() > 0.6,
    }
}

#[test]
fn genes_and_features_of_any_kind() {
    for style in styles() {
        for n in [3, 4, 1000] {
            let x: Vec<f64> = (0..n).map(|i| ((i * 7919) % 1009) as f64 * 1e9).collect();
            let y: Vec<f64> = (0..n).map(|i| ((i * 104_729) % 997) as f64 * 1e-9).collect();
            let settings = gene_feature::Settings {
                title: LONG.into(),
                given: vec![LONG.into(), ODD.into()],
                ..Default::default()
            };
            sound(&gene_feature::figure(&x, &y, &pair(1, 0, -0.4), &settings, &style).unwrap(), "values");
            sound(
                &gene_feature::figure(&vec![2.0; n], &y, &pair(1, 0, f64::NAN), &settings, &style).unwrap(),
                "constant",
            );
        }
        for (features, genes) in [(1, 1), (1, 30), (40, 2), (12, 14), (150, 150)] {
            let all = (0..features).flat_map(|f| (0..genes).map(move |g| [f, g]));
            let pairs: Vec<_> = all
                .filter(|[f, g]| f + g == 0 || (f + 2 * g) % 9 != 3)
                .map(|[f, g]| pair(f, g, ((f * 31 + g * 17) % 21) as f64 / 10.0 - 1.0))
                .collect();
            for clustered in [true, false] {
                let settings = association_map::Settings {
                    title: LONG.into(),
                    mark: LONG.into(),
                    clustered,
                    ..Default::default()
                };
                sound(&association_map::figure(&pairs, &settings, &style).unwrap(), &format!("{features} {genes}"));
            }
        }
    }
    let style = Style::default();
    let twice = [pair(1, 2, 0.1), pair(1, 2, 0.1)];
    assert!(
        message(association_map::figure(&twice, &Default::default(), &style)).contains("1 of 2 pairs are there twice")
    );
    assert!(message(association_map::figure(&[], &Default::default(), &style)).contains("0 genes and 0 features"));
    let few = message(gene_feature::figure(&[1.0, f64::NAN], &[1.0, 2.0], &twice[0], &Default::default(), &style));
    assert!(few.contains("both in 1 samples"), "{few}");
}

#[test]
fn networks_of_any_modules() {
    for sizes in [vec![1], vec![5], vec![300, 120, 60, 30, 20, 10, 10, 10, 10, 10, 10, 5, 5, 5], vec![1; 80]] {
        let mut nodes = Vec::new();
        for (m, size) in sizes.iter().enumerate() {
            nodes.extend((0..*size).map(|i| Node {
                gene: name(nodes_of(&sizes, m) + i),
                module: m + 1,
                connectivity: i as f64,
                within_module: if i == 1 { f64::NAN } else { i as f64 * 0.3 },
                membership: None,
                hub: i > 2 && i % 4 == 0,
            }));
        }
        nodes.push(Node {
            gene: "alone".into(),
            module: 0,
            connectivity: 0.0,
            within_module: 0.0,
            membership: None,
            hub: true,
        });
        let count = nodes.len();
        let edges: Vec<Edge> = (0..3 * count)
            .map(|i| Edge {
                genes: [i % count, i * 7919 % count],
                weight: (i % 10) as f64 / 10.0,
                r: if i % 4 == 0 { -0.5 } else { 0.5 },
            })
            .collect();
        for style in styles() {
            let settings =
                network::Settings { title: LONG.into(), genes: vec![name(0), name(1)], ..Default::default() };
            let drawing = network::figure(&nodes, &edges, &settings, &style).unwrap();
            sound(&drawing, &format!("{sizes:?}"));
            assert_eq!(drawing, network::figure(&nodes, &edges, &settings, &style).unwrap());
        }
    }
    let style = Style::default();
    assert!(message(network::figure(&[], &[], &Default::default(), &style)).contains("none of 0 genes"));
    let edge = Edge { genes: [0, 3], weight: 0.5, r: 0.5 };
    assert!(message(network::figure(&[], &[edge], &Default::default(), &style)).contains("the genes 0 and 3"));
}

/// How many genes the modules before one have.
fn nodes_of(sizes: &[usize], module: usize) -> usize {
    sizes[..module].iter().sum()
}
