//! Designs and models of genes: what must hold, what is refused, and the definition beside the fast way.

use proptest::prelude::*;
use radsurv_data::{Covariate, Covariates, Groups};
use radsurv_genomics::differential::{
    BayesSettings, Change, ChangeRule, Comparison, Contrast, Design, GroupCoding, LinearModel, Notice, Order,
    TreatSettings, Weights, duplicate_correlation,
};
use radsurv_genomics::{Error, Expression};
use radsurv_testkit::splitmix::SplitMix64;

fn samples(count: usize) -> Vec<String> {
    (0..count).map(|i| format!("s{i}")).collect()
}

fn random(genes: usize, count: usize, seed: u64) -> Expression {
    let mut random = SplitMix64::new(seed);
    let mut value = || (0..4).map(|_| random.below(1000) as f64).sum::<f64>() / 500.0;
    let values = (0..genes * count).map(|i| value() * (1.0 + (i / count) as f64 % 5.0)).collect();
    Expression::new((0..genes).map(|g| format!("g{g}")).collect(), samples(count), values).unwrap()
}

fn groups(labels: &str) -> Groups {
    Groups::new(labels.chars().map(|c| Some(c.to_string()).filter(|c| c != "-")))
}

fn covariates(age: &[f64], sex: &str) -> Covariates {
    let mut covariates = Covariates::new(age.len());
    covariates.add("age", Covariate::Number(age.to_vec())).unwrap();
    covariates.add("sex", Covariate::Category(groups(sex))).unwrap();
    covariates
}

fn design(labels: &str) -> Design {
    let count = labels.len();
    Design::of_groups(&samples(count), &groups(labels), &GroupCoding::Means, &Covariates::new(count)).unwrap()
}

#[test]
fn designs_that_cannot_be_are_explained() {
    let message = |labels: &str, covariates: &Covariates, coding: GroupCoding| {
        let count = labels.len();
        Design::of_groups(&samples(count), &groups(labels), &coding, covariates).unwrap_err().to_string()
    };
    let none = Covariates::new(6);
    let error =
        message("aab-bb", &covariates(&[1.0, f64::NAN, 3.0, 4.0, f64::INFINITY, 2.0], "mf-mfm"), GroupCoding::Means);
    assert_eq!(
        error,
        "4 of the samples lack a value: s1 (age), s2 (sex), s3 (the group), s4 (age, infinite); leave them out, or the covariate"
    );
    let error = message("aabbbc", &none, GroupCoding::Means);
    assert!(error.starts_with("1 of the groups has one sample alone: c;"), "{error}");
    assert!(message("aaaaaa", &none, GroupCoding::Means).contains("one group alone (a)"));
    assert!(message("aabbbb", &none, GroupCoding::Reference(Some("x".into()))).contains("its groups are a, b"));
    assert!(message("aabb", &none, GroupCoding::Means).contains("4 samples, 4 groups and 6 rows"));
    // Sex is the group under another name; age is the same in all.
    let error = message("aaabbb", &covariates(&[5.0; 6], "mmmfff"), GroupCoding::Reference(None));
    assert!(error.contains("age is determined by Intercept; sex=m is determined by Intercept, b"), "{error}");
    let error = message("aaabbb", &covariates(&[1.0, 2.0, 4.0, 3.0, 5.0, 9.0], "mmmmmm"), GroupCoding::Means);
    assert!(error.contains("sex=m is determined by a, b"), "{error}");
    let error = message("aabb", &covariates(&[1.0, 2.0, 4.0, 3.0], "mfmf"), GroupCoding::Means);
    assert!(error.starts_with("4 samples and 4 columns of the design (a, b, age, sex=m) leave no residual"), "{error}");
    let new = |names: &[&str], columns: Vec<Vec<f64>>| {
        Design::new(samples(3), names.iter().map(|n| n.to_string()).collect(), columns).unwrap_err().to_string()
    };
    assert!(new(&[], vec![]).contains("0 names"));
    assert!(new(&["a", "a"], vec![vec![1.0; 3], vec![2.0, 1.0, 1.0]]).contains("these names: a"));
    assert!(new(&["a"], vec![vec![1.0; 2]]).contains("its column a 2 values"));
    assert!(new(&["a"], vec![vec![1.0, f64::NAN, 1.0]]).contains("is NaN in the column a of the sample s1"));
    assert!(new(&["a"], vec![vec![0.0; 3]]).contains("a is 0 in all samples"));
}

#[test]
fn models_that_cannot_be_fitted_are_explained() {
    let (expression, design) = (random(3, 6, 1), design("aaabbb"));
    let model = LinearModel::new(&design);
    let other = expression.select_samples(&[1, 0, 2, 3, 4, 5]);
    assert!(model.fit(&other).unwrap_err().to_string().contains("2 samples other than"));
    assert!(model.fit(&random(3, 5, 1)).unwrap_err().to_string().contains("6 samples, and the expression table 5"));
    assert!(model.fit(&expression.select_genes(&[])).unwrap_err().to_string().contains("no gene"));
    let weighted = |weights: Weights| model.with_weights(weights).fit(&expression).unwrap_err().to_string();
    assert!(weighted(Weights::Samples(&[1.0; 5])).contains("there are 5 for 6 samples"));
    assert!(weighted(Weights::Samples(&[1.0, 1.0, -2.0, 1.0, 1.0, 1.0])).contains("in the sample s2 is -2"));
    let mut all = [1.0; 18];
    all[8] = f64::NAN;
    assert!(weighted(Weights::Values(&all)).contains("of the gene g1 in the sample s2 is NaN"));
    let blocks = groups("ppqqrr");
    let blocked = |blocks: &Groups, r: f64| model.with_blocks(blocks, r).fit(&expression).unwrap_err().to_string();
    assert!(blocked(&blocks, 1.0).contains("above -1 and below 1"));
    assert!(blocked(&groups("pppqqq"), -0.5).contains("3 samples in the largest block it is above -0.5"));
    assert!(blocked(&groups("pp-qrr"), 0.5).contains("s2 (the block)"));
    assert!(blocked(&groups("ppqqr"), 0.5).contains("blocks of 5"));
    let correlation =
        |blocks: &str, trim: f64| duplicate_correlation(&expression, &design, &groups(blocks), None, trim);
    assert!(correlation("ppqqrr", 0.7).unwrap_err().to_string().contains("from 0 to 0.5"));
    assert!(correlation("pqrstu", 0.15).unwrap().note.unwrap().contains("one sample alone"));
    assert!(correlation("aaabbb", 0.15).unwrap().note.unwrap().contains("has the blocks as columns"));

    let fit = model.fit(&expression).unwrap();
    assert!(fit.coefficient("c").unwrap_err().to_string().contains("there are a, b"));
    let contrast = |weights: &[f64]| fit.contrasts(&[Contrast { name: "x".into(), weights: weights.to_vec() }]);
    assert!(contrast(&[0.0, 0.0]).unwrap_err().to_string().contains("weight 0"));
    assert!(contrast(&[1.0]).unwrap_err().to_string().contains("1 weights for 2 coefficients"));
    assert!(contrast(&[1.0, f64::NAN]).is_err() && fit.contrasts(&[]).is_err());
    assert!(fit.contrasts_by_text(&["a - b", "a - b"]).unwrap_err().to_string().contains("twice"));
    let settings = BayesSettings::default();
    let moderated = |settings: BayesSettings| settings.moderate(&fit).map(|_| ()).unwrap_err().to_string();
    assert!(moderated(BayesSettings { proportion: 0.0, ..settings }).contains("between 0 and 1"));
    assert!(moderated(BayesSettings { stdev_limits: [2.0, 1.0], ..settings }).contains("ascending"));
    assert!(moderated(BayesSettings { robust: true, winsor_tails: [0.6, 0.5], ..settings }).contains("below 1"));
    assert!(TreatSettings { log_fc: -1.0, ..TreatSettings::default() }.moderate(&fit).is_err());
    let model = settings.moderate(&fit).unwrap();
    assert!(model.f_statistics(&[]).is_err() && model.f_statistics(&["a", "a"]).is_err());
    assert!(model.limits("a", 1.0).is_err());
    assert!(TreatSettings::default().moderate(&fit).unwrap().f_statistics(&["a"]).is_err());
}

#[test]
fn comparisons_need_to_know_which_groups() {
    let expression = random(5, 6, 3);
    let run = |labels: &str, reference: Option<&str>, group: Option<&str>| {
        let named = |name: Option<&str>| name.map(String::from);
        let comparison = Comparison { reference: named(reference), group: named(group), ..Comparison::default() };
        comparison.run(&expression, &groups(labels), &Covariates::new(6)).map(|found| found.table.coefficient)
    };
    assert_eq!(run("aaabbb", None, None).unwrap(), "b - a");
    assert_eq!(run("aaabbb", Some("b"), None).unwrap(), "a - b");
    assert_eq!(run("aaabbb", None, Some("a")).unwrap(), "a - b");
    assert_eq!(run("aabbcc", None, Some("c")).unwrap(), "c - a");
    let error = |labels: &str, reference, group| run(labels, reference, group).unwrap_err().to_string();
    assert!(error("aabbcc", None, None).contains("3 groups (a, b, c): say which is compared with a"));
    assert!(error("aaabbb", Some("a"), Some("a")).contains("with itself"));
    assert!(error("aaabbb", Some("x"), None).contains("no group \"x\""));
    assert!(error("aaaaaa", None, None).contains("one group alone"));
    assert!(error("aaaaaa", None, Some("a")).contains("one group alone"));
}

#[test]
fn genes_without_spread_or_values_are_named() {
    let missing = f64::NAN;
    let values = vec![
        4.0, 4.0, 4.0, 4.0, 4.0, 4.0, // the same everywhere
        missing, missing, missing, missing, missing, missing, // none
        1.0, missing, missing, 2.0, missing, missing, // as many as groups
        1.0, 2.0, 1.5, missing, missing, missing, // one group
        1.0, 2.0, 1.5, 3.0, 2.0, 4.0, 0.0, 2.0, 1.5, 3.0, 2.5, 1.0,
    ];
    let names = ["constant", "none", "few", "half", "full", "other"].map(String::from).to_vec();
    let expression = Expression::new(names, samples(6), values).unwrap();
    let found = Comparison { order: Order::Table, ..Comparison::default() }
        .run(&expression, &groups("aaabbb"), &Covariates::new(6))
        .unwrap();
    let named = |name: &str| vec![name.to_string()];
    let notices = found.model.notices();
    assert!(notices.contains(&Notice::Constant { genes: named("constant") }));
    assert!(notices.contains(&Notice::Unknown { genes: named("none") }));
    assert!(notices.contains(&Notice::NoResiduals { genes: named("few") }));
    assert!(notices.contains(&Notice::PartlyEstimable { genes: named("half") }));
    assert!(notices.iter().any(|n| n.to_string().starts_with("1 gene has the same value in all samples: constant")));
    let rows = &found.table.rows;
    assert!(rows[0].p_value > 0.99 && rows[0].t.abs() < 1e-9 && rows[1].p_value.is_nan() && rows[3].p_value.is_nan());
    assert!(rows[2].p_value.is_finite());
    assert_eq!(ChangeRule { p: 1.1, ..ChangeRule::default() }.of(&rows[1]), Change::Unchanged);
    let mut csv = Vec::new();
    found.table.write(&mut csv).unwrap();
    assert!(String::from_utf8(csv).unwrap().contains("\nnone,,,,,,\n"));
    // A gene without a mean has no place in a trend.
    let trend = Comparison { bayes: BayesSettings { trend: true, ..Default::default() }, ..Comparison::default() };
    let error = trend.run(&expression, &groups("aaabbb"), &Covariates::new(6)).unwrap_err();
    assert!(matches!(error, Error::Moderation(what) if what.contains("none has no value")));
}

#[test]
fn results_are_the_same_for_any_number_of_threads() {
    let expression = random(300, 12, 5);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let bayes = BayesSettings { trend: true, robust: true, ..BayesSettings::default() };
        let comparison = Comparison { bayes, ..Comparison::default() };
        pool.install(|| comparison.run(&expression, &groups("aabbaabbaabb"), &Covariates::new(12)).unwrap())
    };
    assert_eq!(run(1), run(3));
}

/// The normal equations, by Gauss and Jordan's elimination: coefficients and the inverse of `X'WX`.
fn naive(columns: &[Vec<f64>], y: &[f64], weights: &[f64]) -> (Vec<f64>, Vec<Vec<f64>>, f64) {
    let p = columns.len();
    let dot = |a: &[f64], b: &[f64]| (0..y.len()).map(|i| weights[i] * a[i] * b[i]).sum::<f64>();
    let mut m: Vec<Vec<f64>> = (0..p)
        .map(|i| {
            let identity = (0..p).map(|j| f64::from(u8::from(i == j)));
            columns.iter().map(|c| dot(&columns[i], c)).chain(identity).collect()
        })
        .collect();
    for k in 0..p {
        let pivot = (k..p).max_by(|&a, &b| m[a][k].abs().total_cmp(&m[b][k].abs())).unwrap();
        m.swap(k, pivot);
        let lead = m[k][k];
        m[k].iter_mut().for_each(|v| *v /= lead);
        for i in (0..p).filter(|i| *i != k) {
            let (by, row) = (m[i][k], m[k].clone());
            m[i].iter_mut().zip(row).for_each(|(v, r)| *v -= by * r);
        }
    }
    let inverse: Vec<Vec<f64>> = m.iter().map(|row| row[p..].to_vec()).collect();
    let right: Vec<f64> = columns.iter().map(|c| dot(c, y)).collect();
    let beta: Vec<f64> = inverse.iter().map(|row| row.iter().zip(&right).map(|(a, b)| a * b).sum()).collect();
    let squares = (0..y.len())
        .map(|i| weights[i] * (y[i] - columns.iter().zip(&beta).map(|(c, b)| c[i] * b).sum::<f64>()).powi(2))
        .sum();
    (beta, inverse, squares)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Fits of all genes at once, with weights of samples and with weights of values are the normal equations; equal
    /// weights are no weights, and weights of samples those of values that repeat them.
    #[test]
    fn fits_are_those_of_the_normal_equations(seed in any::<u64>(), count in 6usize..70, scale in 0.1..9.0f64) {
        let expression = random(4, count, seed);
        let mut random = SplitMix64::new(seed ^ 7);
        let columns = vec![
            vec![1.0; count],
            (0..count).map(|i| (i % 2) as f64).collect(),
            (0..count).map(|_| random.below(50) as f64 / 10.0).collect::<Vec<f64>>(),
        ];
        let names = ["mean", "group", "age"].map(String::from).to_vec();
        let Ok(design) = Design::new(samples(count), names, columns) else { return Ok(()) };
        let weights: Vec<f64> = (0..count).map(|_| 0.1 + random.below(100) as f64 / 20.0).collect();
        let model = LinearModel::new(&design);
        let plain = model.fit(&expression).unwrap();
        let by_sample = model.with_weights(Weights::Samples(&weights)).fit(&expression).unwrap();
        let by_value = model.with_weights(Weights::Values(&weights.repeat(4))).fit(&expression).unwrap();
        let equal = model.with_weights(Weights::Samples(&vec![scale; count])).fit(&expression).unwrap();
        for gene in 0..4 {
            for (fit, weights) in [(&plain, &vec![1.0; count]), (&by_sample, &weights), (&by_value, &weights)] {
                let (beta, inverse, squares) = naive(design.columns(), expression.row(gene), weights);
                for k in 0..3 {
                    let at = gene * 3 + k;
                    prop_assert!((fit.coefficients()[at] - beta[k]).abs() < 1e-7, "{} {}", fit.coefficients()[at], beta[k]);
                    prop_assert!((fit.stdev_unscaled()[at] / inverse[k][k].sqrt() - 1.0).abs() < 1e-6);
                }
                let sigma = (squares / (count as f64 - 3.0)).sqrt();
                prop_assert!((fit.sigma()[gene] / sigma - 1.0).abs() < 1e-7);
            }
            prop_assert!((equal.sigma()[gene] / plain.sigma()[gene] / scale.sqrt() - 1.0).abs() < 1e-9);
        }
    }

    /// A difference is the same as a coefficient and as a contrast, with or without blocks; the order of samples does not
    /// matter, nor does what is added to a gene, and p-values do not know the unit.
    #[test]
    fn differences_do_not_depend_on_how_they_are_asked_for(seed in any::<u64>(), r in -0.4..0.9f64, added in -50.0..50.0f64) {
        let labels = "abababbaab";
        let (expression, patients) = (random(12, 10, seed), groups("ppqqrrsstt"));
        let tests = |expression: &Expression, labels: &str, patients: &Groups, coding: GroupCoding, name: &str| {
            let design = Design::of_groups(expression.samples(), &groups(labels), &coding, &Covariates::new(10)).unwrap();
            let fit = LinearModel::new(&design).with_blocks(patients, r).fit(expression).unwrap();
            let fit = fit.contrasts_by_text(&[name]).unwrap();
            let model = BayesSettings::default().moderate(&fit).unwrap();
            let table = model.top_table(name, Default::default(), Order::Table).unwrap();
            table.rows.iter().map(|row| (row.t, row.p_value, row.b.unwrap())).collect::<Vec<_>>()
        };
        let reference = tests(&expression, labels, &patients, GroupCoding::Reference(None), "b");
        let order = [3, 9, 0, 1, 7, 5, 6, 2, 8, 4];
        let turned: String = order.iter().map(|&i| labels.as_bytes()[i] as char).collect();
        let moved: Vec<f64> = expression.values().iter().map(|v| 3.0 * v + added).collect();
        for other in [
            tests(&expression, labels, &patients, GroupCoding::Means, "b - a"),
            tests(&expression.select_samples(&order), &turned, &patients.rows(&order), GroupCoding::Means, "b-a"),
        ] {
            for (a, b) in reference.iter().zip(&other) {
                prop_assert!((a.0 - b.0).abs() < 1e-8 && (a.1 - b.1).abs() < 1e-8 && (a.2 - b.2).abs() < 1e-7, "{a:?} {b:?}");
            }
        }
        let scaled = tests(&expression.with_values(moved).unwrap(), labels, &patients, GroupCoding::Means, "b - a");
        for (a, b) in reference.iter().zip(&scaled) {
            prop_assert!((a.0 - b.0).abs() < 1e-8 && (a.1 - b.1).abs() < 1e-8, "{a:?} {b:?}");
        }
    }

    /// Moderated variances are between the gene's own and the prior one; a change to exceed makes p-values larger.
    #[test]
    fn moderation_is_between_the_gene_and_the_others(seed in any::<u64>(), robust in any::<bool>(), trend in any::<bool>(), change in 0.0..2.0f64) {
        let design = design("aaaabbbb");
        let fit = LinearModel::new(&design).fit(&random(40, 8, seed)).unwrap().contrasts_by_text(&["b - a"]).unwrap();
        let model = BayesSettings { robust, trend, ..BayesSettings::default() }.moderate(&fit).unwrap();
        for gene in 0..40 {
            let (own, prior, post) = (fit.sigma()[gene].powi(2), model.s2_prior()[gene], model.s2_post()[gene]);
            prop_assert!(post >= own.min(prior) * (1.0 - 1e-12) && post <= own.max(prior) * (1.0 + 1e-12));
            prop_assert!(model.df_total()[gene] >= fit.df_residual()[gene]);
        }
        let treated = TreatSettings { log_fc: change, robust, trend, ..TreatSettings::default() }.moderate(&fit).unwrap();
        for (a, b) in model.p_value().iter().zip(treated.p_value()) {
            prop_assert!(*b >= a * (1.0 - 1e-12), "{} {}", a, b);
        }
    }
}
