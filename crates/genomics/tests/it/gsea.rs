//! Pre-ranked GSEA against fgsea and gseapy (reference/genomics_enrichment.{R,py}), and against every set there is.

use proptest::prelude::*;
use radsurv_genomics::enrichment::Notice;
use radsurv_genomics::enrichment::gsea::{Gsea, GseaResult, Method, RankBy, Ranking, ScoreType, SetScore};
use radsurv_genomics::gene_sets::{LeftOutReason, SizeLimits};
use radsurv_genomics::{Error, GeneSet, GeneSets};
use radsurv_testkit::compare::assert_close;
use serde_json::Value;

use crate::enrichment::{Input, golden, input, numbers, texts};

fn score(name: &Value) -> ScoreType {
    match name.as_str().unwrap() {
        "std" => ScoreType::Both,
        "pos" => ScoreType::Positive,
        _ => ScoreType::Negative,
    }
}

fn ranking(input: &Input) -> Ranking {
    Ranking::new(input.genes.clone(), input.stats.clone()).unwrap()
}

fn few(permutations: usize) -> Method {
    Method::Permutation { permutations }
}

fn row<'a>(found: &'a GseaResult, set: &str) -> &'a SetScore {
    found.rows.iter().find(|row| row.set == set).unwrap()
}

#[test]
fn scores_and_leading_edges_are_those_of_fgsea() {
    let input = input();
    let mut seen = 0;
    for golden in input.golden.rows.iter().filter(|row| row["kind"] == "score") {
        let settings = Gsea {
            weight: golden["weight"].as_f64().unwrap(),
            score: score(&golden["type"]),
            sizes: SizeLimits::ANY,
            method: few(10),
            ..Default::default()
        };
        let found = settings.run(&ranking(&input), &input.sets).unwrap();
        let (sets, es, sizes) = (texts(&golden["set"]), numbers(&golden["es"]), numbers(&golden["size"]));
        assert_eq!(sets.len(), found.rows.len());
        for (i, set) in sets.iter().enumerate() {
            let ours = row(&found, set);
            assert_eq!(ours.size as f64, sizes[i]);
            assert!((ours.es - es[i]).abs() <= 1e-9 * es[i].abs() + 1e-15, "{set} {} {}", ours.es, es[i]);
            assert_eq!(ours.leading_edge, texts(&golden["edge"][i]), "{set} {settings:?}");
            seen += 1;
        }
    }
    assert_eq!(seen, 12 * 26);
}

#[test]
fn scores_and_leading_edges_are_those_of_gseapy() {
    let input = input();
    let golden = golden("enrichment_gseapy.jsonl.gz", "gseapy 1.3.1");
    let mut seen = 0;
    for golden in golden.rows.iter().filter(|row| row["kind"] == "score") {
        let settings = Gsea {
            weight: golden["weight"].as_f64().unwrap(),
            sizes: SizeLimits { min: 2, max: 500 },
            method: few(if golden.get("nes").is_some() { 20_000 } else { 10 }),
            q_values: true,
            ..Default::default()
        };
        let found = settings.run(&ranking(&input), &input.sets).unwrap();
        let (sets, es) = (texts(&golden["set"]), numbers(&golden["es"]));
        assert_eq!(sets.len(), found.rows.len());
        for (i, set) in sets.iter().enumerate() {
            let ours = row(&found, set);
            // EDGE is the first and the last gene: both extremes are as far, and gseapy takes the lower.
            if set == "EDGE" {
                continue;
            }
            assert_close(ours.es, es[i], 1e-9);
            let sorted = |mut genes: Vec<String>| {
                genes.sort();
                genes
            };
            // Of weight 0 the extreme may be reached several times, and rounding says which of them gseapy takes.
            if settings.weight > 0.0 {
                assert_eq!(sorted(ours.leading_edge.clone()), sorted(texts(&golden["edge"][i])), "{set}");
            }
            seen += 1;
        }
        if golden.get("nes").is_some() {
            let (nes, p, q) = (numbers(&golden["nes"]), numbers(&golden["p"]), numbers(&golden["q"]));
            for (i, set) in sets.iter().enumerate().filter(|(_, set)| *set != "EDGE") {
                let ours = row(&found, set);
                // Each mean of some 8000 random scores of a standard deviation of at most half their mean has an error below 0.6 %;
                // five errors of the difference of two.
                assert_close(ours.nes.unwrap(), nes[i], 5.0 * 2f64.sqrt() * 0.006);
                assert!(binomial(ours.p_value, p[i], 7_000.0), "{set} {} {}", ours.p_value, p[i]);
                // A share of 20 000 times 25 dependent random scores over one of 25: no closer bound is known than of one set.
                assert!((ours.q_value.unwrap() - q[i]).abs() < 0.03, "{set} {:?} {}", ours.q_value, q[i]);
            }
        }
    }
    assert!(seen >= 4 * 24);
}

/// Whether two shares of n each may be of the same probability: five standard errors of their difference, and what the least
/// share above 0 is.
fn binomial(a: f64, b: f64, n: f64) -> bool {
    let p = (a + b) / 2.0;
    (a - b).abs() <= 5.0 * (2.0 * p * (1.0 - p) / n).sqrt() + 3.0 / n
}

#[test]
fn chance_is_that_of_fgsea() {
    let input = input();
    let mut small = 0;
    for golden in input.golden.rows.iter().filter(|row| row["kind"] == "chance") {
        let settings = Gsea {
            weight: golden["weight"].as_f64().unwrap(),
            score: score(&golden["type"]),
            sizes: SizeLimits::ANY,
            method: few(10_000),
            ..Default::default()
        };
        let simple = settings.run(&ranking(&input), &input.sets).unwrap();
        let method = Method::Multilevel { permutations: 2000, samples: 101, floor: 0.0 };
        let seeds = if settings.weight == 0.0 { 0..0 } else { 0..3 };
        let sizes = SizeLimits { min: 1, max: 150 };
        let several: Vec<_> = seeds
            .map(|seed| Gsea { method, seed, sizes, ..settings.clone() }.run(&ranking(&input), &input.sets).unwrap())
            .collect();
        let [nes, p, log2, error] = ["nes", "p", "log2", "error"].map(|field| numbers(&golden[field]));
        for (i, set) in texts(&golden["set"]).iter().enumerate() {
            let ours = row(&simple, set);
            let name = format!("{set} {:?} {}", settings.score, settings.weight);
            if nes[i].is_finite() && ours.es != 0.0 {
                // As for gseapy; scores of few genes spread more, and a score of one sign may be rare.
                assert_close(ours.nes.unwrap(), nes[i], 0.05);
            }
            // Of weight 0 many scores are equal, and in fgsea rounding decides which of them are as extreme: see the next test.
            // So it is of the least scores there are, those of a few misses.
            if settings.weight == 0.0 || p[i] > 0.9 {
                continue;
            }
            if nes[i].is_finite() && ours.es != 0.0 {
                assert!(binomial(ours.p_value, p[i], 3_000.0), "{name} {} {}", ours.p_value, p[i]);
            }
            if !(log2[i].is_finite() && error[i].is_finite() && ours.size <= sizes.max) {
                continue;
            }
            // Means of three with the error that is stated for 101 samples, and of six with that of 201; five errors of the
            // difference.
            let mean = several.iter().map(|found| row(found, set).p_value.log2()).sum::<f64>() / 3.0;
            let ours = row(&several[0], set).log2_error.unwrap_or(0.0);
            let bound = 5.0 * (ours * ours / 3.0 + error[i] * error[i] / 6.0).sqrt() + 0.01;
            assert!((mean - log2[i]).abs() <= bound, "{name}: log2 p {mean} is not {} within {bound}", log2[i]);
            small += usize::from(log2[i] < -30.0);
        }
    }
    assert!(small >= 5, "{small}");
}

#[test]
fn small_p_values_are_those_of_counted_paths() {
    let input = input();
    let golden = golden("enrichment_gseapy.jsonl.gz", "gseapy 1.3.1");
    let paths = golden.rows.iter().find(|row| row["kind"] == "paths").unwrap();
    let [positive, negative] = ["positive", "negative"].map(|field| numbers(&paths[field]));
    let method = Method::Multilevel { permutations: 2000, samples: 101, floor: 0.0 };
    let mut small = 0;
    for (score, golden) in [(ScoreType::Positive, positive), (ScoreType::Negative, negative)] {
        let settings =
            Gsea { weight: 0.0, score, method, sizes: SizeLimits { min: 1, max: 200 }, ..Default::default() };
        let several: Vec<_> =
            (0..3).map(|seed| Gsea { seed, ..settings.clone() }.run(&ranking(&input), &input.sets).unwrap()).collect();
        for (set, log2) in texts(&paths["set"]).iter().zip(golden) {
            let rows: Vec<_> = several.iter().map(|found| row(found, set)).collect();
            let mean = rows.iter().map(|row| row.p_value.log2()).sum::<f64>() / 3.0;
            let bound = 5.0 * rows[0].log2_error.unwrap_or(0.0) / 3f64.sqrt() + 0.01;
            assert!((mean - log2).abs() <= bound, "{set} {score:?}: log2 p {mean} is not {log2} within {bound}");
            small += usize::from(log2 < -30.0);
        }
    }
    assert!(small >= 4, "{small}");
}

/// The score by its definition, gene by gene.
fn naive(values: &[f64], members: &[bool], weight: f64, score: ScoreType) -> f64 {
    let sum: f64 = values.iter().zip(members).filter(|(_, member)| **member).map(|(v, _)| v.abs().powf(weight)).sum();
    let others = members.iter().filter(|member| !**member).count() as f64;
    let (mut now, mut top, mut bottom) = (0.0f64, 0.0f64, 0.0f64);
    for (value, member) in values.iter().zip(members) {
        now += if *member { value.abs().powf(weight) / sum } else { -1.0 / others };
        (top, bottom) = (top.max(now), bottom.min(now));
    }
    match score {
        ScoreType::Positive => top,
        ScoreType::Negative => bottom,
        ScoreType::Both if (top + bottom).abs() < 1e-12 => 0.0,
        ScoreType::Both => {
            if top > -bottom {
                top
            } else {
                bottom
            }
        }
    }
}

/// The p-value by all sets of the size: of those of its sign the share that is as extreme.
fn exact(values: &[f64], set: &[usize], weight: f64, score: ScoreType) -> f64 {
    let n = values.len();
    let members = |bits: u32| (0..n).map(|i| bits >> i & 1 == 1).collect::<Vec<_>>();
    let own = naive(values, &members(set.iter().map(|i| 1 << i).sum()), weight, score);
    let up = match score {
        ScoreType::Both => own >= 0.0,
        one => one == ScoreType::Positive,
    };
    let (mut all, mut more) = (0.0, 0.0);
    for bits in (0u32..1 << n).filter(|bits| bits.count_ones() as usize == set.len()) {
        let random = naive(values, &members(bits), weight, score);
        if up {
            all += f64::from(u8::from(random >= 0.0));
            more += f64::from(u8::from(random >= own - 1e-12));
        } else {
            all += f64::from(u8::from(random <= 0.0));
            more += f64::from(u8::from(random <= own + 1e-12));
        }
    }
    more / all
}

#[test]
fn both_methods_find_the_share_of_all_sets() {
    let values: Vec<f64> =
        [5.1, 4.3, 3.9, 3.0, 2.2, 2.0, 1.1, 0.7, 0.2, -0.1, -0.4, -0.8, -1.5, -1.9, -2.6, -3.3, -4.2, -5.0].to_vec();
    let genes: Vec<String> = (0..values.len()).map(|i| format!("G{i:02}")).collect();
    let chosen: [&[usize]; 5] =
        [&[0, 1, 2, 3, 4, 6], &[17, 16, 15, 13, 12], &[0, 5, 9, 13, 16], &[0, 1, 2], &[14, 15, 16, 17, 11, 12, 3, 9]];
    let sets =
        chosen.iter().enumerate().map(|(i, set)| GeneSet::new(format!("S{i}"), set.iter().map(|&g| genes[g].clone())));
    let sets = GeneSets::new(sets.collect()).unwrap();
    let ranking = Ranking::new(genes, values.clone()).unwrap();
    for weight in [0.0, 1.0, 1.5] {
        for score in [ScoreType::Both, ScoreType::Positive, ScoreType::Negative] {
            let settings = Gsea { weight, score, sizes: SizeLimits::ANY, method: few(40_000), ..Default::default() };
            let simple = settings.run(&ranking, &sets).unwrap();
            let method = Method::Multilevel { permutations: 1000, samples: 301, floor: 0.0 };
            let several: Vec<_> =
                (0..8).map(|seed| Gsea { method, seed, ..settings.clone() }.run(&ranking, &sets).unwrap()).collect();
            for (i, set) in chosen.iter().enumerate() {
                let name = format!("S{i}");
                let p = exact(&values, set, weight, score);
                let ours = row(&simple, &name);
                let wanted =
                    naive(&values, &(0..values.len()).map(|g| set.contains(&g)).collect::<Vec<_>>(), weight, score);
                assert!((ours.es - wanted).abs() < 1e-12, "{name} {} {wanted}", ours.es);
                // Five standard errors of a share of at least 10 000, and the one that is added.
                let bound = 5.0 * (p * (1.0 - p) / 10_000.0).sqrt() + 2.0 / 10_000.0;
                assert!((ours.p_value - p).abs() <= bound, "{name} {weight} {score:?}: {} is not {p}", ours.p_value);
                {
                    let mean = several.iter().map(|found| row(found, &name).p_value.log2()).sum::<f64>() / 8.0;
                    let error = row(&several[0], &name).log2_error.unwrap_or(0.5);
                    let bound = 5.0 * error / 8f64.sqrt() + 0.1;
                    assert!(
                        (mean - p.log2()).abs() <= bound,
                        "{name} {weight} {score:?}: log2 p {mean} is not {}",
                        p.log2()
                    );
                }
            }
        }
    }
}

#[test]
fn the_same_with_any_number_of_threads() {
    let input = input();
    let run = |threads: usize, method| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let settings = Gsea { method, sizes: SizeLimits::ANY, q_values: true, seed: 3, ..Default::default() };
        pool.install(|| settings.run(&ranking(&input), &input.sets).unwrap())
    };
    for method in [few(777), Method::default()] {
        let one = run(1, method);
        assert_eq!(one, run(3, method));
        assert_eq!(one, serde_json::from_str(&serde_json::to_string(&one).unwrap()).unwrap());
    }
}

#[test]
fn what_has_to_be_known_is_said() {
    let genes: Vec<String> = (0..40).map(|i| format!("G{i:02}")).collect();
    let mut values: Vec<f64> = (0..40).map(|i| 40.0 - f64::from(i / 2 * 2)).collect();
    values[7] = f64::NAN;
    let ranking = Ranking::new(genes.clone(), values.clone()).unwrap();
    assert_eq!((ranking.genes().len(), ranking.tied(), ranking.missing()), (39, 19, &genes[7..8]));
    let sets = GeneSets::new(vec![
        GeneSet::new("LOW", genes[30..].to_vec()),
        GeneSet::new("ALL", genes.clone()),
        GeneSet::new("NONE", ["x"]),
        GeneSet::new("FEW", genes[..2].to_vec()),
    ])
    .unwrap();
    let settings = Gsea { sizes: SizeLimits { min: 3, max: 100 }, weight: 0.0, ..Default::default() };
    let found = settings.run(&ranking, &sets).unwrap();
    let reasons: Vec<_> = found.left_out.iter().map(|left| (&left.set[..], left.reason)).collect();
    assert_eq!(
        reasons,
        [("NONE", LeftOutReason::NoGene), ("FEW", LeftOutReason::TooSmall), ("ALL", LeftOutReason::AllGenes)]
    );
    assert_eq!(
        found.notices,
        [Notice::Missing { genes: 1, of: 40 }, Notice::Ties { genes: 19, ranked: 39 }, Notice::OneSign]
    );
    assert_eq!(found.rows[0].es, -1.0);

    // A floor.
    let method = Method::Multilevel { permutations: 1000, samples: 101, floor: 1e-4 };
    let floored = Gsea { method, ..settings.clone() }.run(&ranking, &sets).unwrap();
    assert_eq!((floored.rows[0].p_value, floored.rows[0].log2_error), (1e-4, None));
    assert!(floored.notices.contains(&Notice::AtFloor { sets: 1, floor: 1e-4 }));

    // Zeros alone have equal steps.
    let zeros = Ranking::new(genes.clone(), vec![0.0; 40]).unwrap();
    assert_eq!(zeros.tied(), 0);
    let flat = Gsea { weight: 1.0, ..settings.clone() }.run(&zeros, &sets).unwrap();
    assert!(flat.rows.iter().all(|row| row.es.is_finite() && row.nes.is_some()));

    // Order does not depend on the table.
    let (mut g, mut v) = (genes.clone(), values.clone());
    g.reverse();
    v.reverse();
    assert_eq!(Ranking::new(g, v).unwrap().genes(), ranking.genes());
}

#[test]
fn bad_input_is_an_error() {
    let genes = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<_>>();
    let message = |names: &[&str], values: &[f64]| Ranking::new(genes(names), values.to_vec()).unwrap_err().to_string();
    assert!(message(&["a", "b", "a"], &[1.0, 2.0, 3.0]).contains("more than once: a"));
    assert!(message(&["a", ""], &[1.0, 2.0]).contains("gene 2 of 2 has no name"));
    assert!(message(&["a", "b"], &[1.0, f64::INFINITY]).contains("infinite: b"));
    assert!(message(&["a", "b"], &[1.0, f64::NAN]).contains("1 genes have a value"));
    assert!(message(&["a", "b"], &[1.0]).contains("2 genes, but 1 values"));

    let ranking = Ranking::new(genes(&["a", "b", "c"]), vec![1.0, 0.5, -1.0]).unwrap();
    let sets = GeneSets::new(vec![GeneSet::new("S", ["a", "x"])]).unwrap();
    let any = Gsea { sizes: SizeLimits::ANY, ..Default::default() };
    assert!(any.run(&ranking, &sets).is_ok());
    assert!(matches!(
        Gsea::default().run(&ranking, &sets),
        Err(Error::NoSetLeft { sets: 1, genes: 3, min: 15, max: 500 })
    ));
    let multilevel = |samples, floor| Method::Multilevel { permutations: 100, samples, floor };
    for wrong in [
        Gsea { weight: f64::NAN, ..any.clone() },
        Gsea { weight: -1.0, ..any.clone() },
        Gsea { method: few(9), ..any.clone() },
        Gsea { method: multilevel(100, 0.0), ..any.clone() },
        Gsea { method: multilevel(1, 0.0), ..any.clone() },
        Gsea { method: multilevel(101, 1.0), ..any.clone() },
        Gsea { sizes: SizeLimits { min: 2, max: 1 }, ..any.clone() },
    ] {
        assert!(matches!(wrong.run(&ranking, &sets), Err(Error::Settings { .. })), "{wrong:?}");
    }
    let alone = |names: &[&str]| any.running_score(&ranking, &GeneSet::new("S", genes(names)));
    assert!(alone(&["x"]).unwrap_err().to_string().contains("none of the genes"));
    assert!(alone(&["a", "b", "c"]).unwrap_err().to_string().contains("only genes"));
    let drawn = alone(&["a", "c"]).unwrap();
    assert_eq!((&drawn.hits[..], &drawn.scores[..]), (&[0, 2][..], &[[0.0, 0.5], [-0.5, 0.0]][..]));
}

#[test]
fn a_table_is_ranked() {
    use radsurv_genomics::differential::{GeneRow, TopTable};
    let row = |gene: &str, log_fc: f64, t: f64, p_value: f64| GeneRow {
        gene: gene.into(),
        log_fc,
        ave_expr: 5.0,
        t,
        p_value,
        adj_p_value: p_value,
        b: None,
    };
    let rows = vec![
        row("a", -2.0, -1.0, 0.3),
        row("b", 0.5, 8.0, 0.0),
        row("c", 1.0, f64::NAN, f64::NAN),
        row("d", 0.0, 0.0, 1.0),
    ];
    let table = TopTable { coefficient: "high - low".into(), rows };
    let order = |by| Ranking::of_table(&table, by).unwrap().genes().join("");
    assert_eq!(
        (order(RankBy::T), order(RankBy::LogFc), order(RankBy::SignedLogP)),
        ("bda".into(), "cbda".into(), "bda".into())
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn scores_are_those_of_the_definition(
        values in prop::collection::hash_set(-500i32..500, 12..60),
        picks in prop::collection::vec(0usize..1000, 1..11),
        weight in prop_oneof![Just(0.0), Just(1.0), Just(2.0)],
    ) {
        let mut values: Vec<f64> = values.into_iter().filter(|v| *v != 0).map(f64::from).collect();
        values.sort_by(|a, b| b.total_cmp(a));
        let genes: Vec<String> = (0..values.len()).map(|i| format!("G{i}")).collect();
        let set = GeneSet::new("S", picks.iter().map(|pick| genes[pick % genes.len()].clone()));
        let members: Vec<bool> = genes.iter().map(|gene| set.genes.contains(gene)).collect();
        let ranking = Ranking::new(genes, values.clone()).unwrap();
        let mirrored = Ranking::new(ranking.genes().to_vec(), values.iter().map(|v| -v).collect()).unwrap();
        for score in [ScoreType::Both, ScoreType::Positive, ScoreType::Negative] {
            let settings = Gsea { weight, score, sizes: SizeLimits::ANY, method: few(20), ..Default::default() };
            let sets = GeneSets::new(vec![set.clone()]).unwrap();
            let found = settings.run(&ranking, &sets).unwrap();
            let wanted = naive(&values, &members, weight, score);
            prop_assert!((found.rows[0].es - wanted).abs() < 1e-11, "{} {}", found.rows[0].es, wanted);
            prop_assert!(found.rows[0].p_value > 0.0 && found.rows[0].p_value <= 1.0);
            let drawn = settings.running_score(&ranking, &set).unwrap();
            prop_assert_eq!(drawn.es, found.rows[0].es);
            if score == ScoreType::Both {
                // The other way round it is the same with the other sign.
                let other = settings.run(&mirrored, &sets).unwrap();
                prop_assert!((other.rows[0].es + found.rows[0].es).abs() < 1e-11);
            }
        }
    }
}
