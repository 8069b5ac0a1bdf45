//! Small cohorts at the edge of sense: ties, one group empty, nobody or everybody with the event, markers that are constant
//! or as large as numbers go, probabilities of 0 and 1, times of 0. Whatever is answered is finite, in order, or an error.

use proptest::prelude::*;
use radsurv_data::{Covariate, Covariates, Groups, HeldOut, HeldOutBy, Predictions, Survival, SurvivalCurves};
use radsurv_eval::bootstrap::{Resampling, bootstrap, bootstrap_differences};
use radsurv_eval::brier::{BrierRule, BrierSettings, Integration};
use radsurv_eval::calibration::{
    GndSettings, GroupSettings, Grouping, SmoothSettings, in_the_large, slope, slope_of_probabilities,
};
use radsurv_eval::clinical_impact::{ClinicalImpact, ClinicalImpactSettings};
use radsurv_eval::concordance::{Measure, TiedScores, gonen_heller};
use radsurv_eval::decision_curve::{DecisionCurve, DecisionCurveSettings, Strategy as Treatment};
use radsurv_eval::evaluation::EvaluationSettings;
use radsurv_eval::nomogram::{Nomogram, NomogramSettings};
use radsurv_eval::reclassification::{
    CaseWeights, Change, Idi, IdiSettings, Nri, NriBy, NriSettings, ReclassificationTable,
};
use radsurv_eval::risk_groups::{RiskGroupSettings, quantile_cuts};
use radsurv_eval::table_one::{NumberRule, TableOneFormat, TableOneSettings};
use radsurv_eval::time_roc::incident::{Coefficient, incident_auc};
use radsurv_eval::time_roc::{Band, Censoring, Definition, Integration as AucIntegration, TiedTimes, TimeRocSettings};
use radsurv_eval::{CoxTableSettings, CutPointSettings, Estimate, Marker};
use radsurv_stats::bootstrap::{Bootstrap, LimitsBy};
use radsurv_stats::terms::{Knots, Terms};

/// A cohort with two markers, two predictions and a time.
#[derive(Debug, Clone)]
struct Cohort {
    outcome: Survival,
    weights: Vec<f64>,
    markers: [Vec<f64>; 2],
    risks: [Vec<f64>; 2],
    group: Vec<Option<&'static str>>,
    time: f64,
}

const TIMES: [f64; 12] = [0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 4.0, 5.0, 5.0, 7.5, 1e-300, 1e300];
const MARKERS: [f64; 12] = [0.0, -0.0, 1.0, 1.0, -1.0, 2.0, 0.5, 30.0, -800.0, 1e300, -1e300, 1e-300];
const RISKS: [f64; 10] = [0.0, 1.0, 0.0, 1.0, 0.5, 0.5, 0.1, 0.9, 1e-300, 1.0 - f64::EPSILON];

/// What values are like: constant, few, a few odd ones among others, others.
fn values(kind: u8, odd: &'static [f64], picks: &[(usize, f64)], scale: f64) -> Vec<f64> {
    let of = |&(pick, other): &(usize, f64)| match kind {
        0 => odd[kind as usize],
        1 => odd[pick % odd.len()],
        2 if pick % 5 == 0 => odd[pick % odd.len()],
        3 => (other * 4.0).floor() / 4.0 * scale,
        _ => other * scale,
    };
    picks.iter().map(of).collect()
}

fn cohorts() -> impl Strategy<Value = Cohort> {
    let picks = |n: usize| prop::collection::vec((any::<usize>(), 0.0..1.0f64), n);
    (2usize..40).prop_flat_map(move |n| {
        let kinds = prop::collection::vec(0u8..6, 5);
        let events = (0u8..6, prop::collection::vec(any::<bool>(), n));
        (kinds, picks(n), events, [picks(n), picks(n), picks(n), picks(n)], picks(n), any::<usize>(), 0u8..8).prop_map(
            move |(kinds, times, (all, events), [a, b, p, q], others, at, by)| {
                let times = values(kinds[0].max(1), &TIMES, &times, 9.0);
                let event = events.iter().map(|e| if all < 2 { all == 1 } else { *e }).collect();
                let mut ascending = times.clone();
                ascending.sort_by(f64::total_cmp);
                let time = match by {
                    0 => times[at % n],
                    1 => 0.5 * (times[at % n] + times[(at / n) % n]),
                    2 => TIMES[at % TIMES.len()],
                    3 => 3.0,
                    // Within the follow-up of most.
                    _ => ascending[n / 4 + at % (n / 2).max(1)],
                };
                // A useful marker now and then: that is where limits reach the end of their range.
                let mut risks = [values(kinds[3], &RISKS, &p, 1.0), values(kinds[4], &RISKS, &q, 1.0)];
                if all == 5 {
                    risks[0] = times.iter().map(|t| (1.0 - t / 9.0).clamp(0.0, 1.0)).collect();
                }
                let group = |&(pick, x): &(usize, f64)| match pick % 7 {
                    0 => None,
                    1..4 if at % 3 > 0 => Some("a"),
                    _ if x < 0.7 => Some("b"),
                    _ => Some("c"),
                };
                Cohort {
                    outcome: Survival::new(times, event).unwrap(),
                    weights: others.iter().map(|(pick, x)| [0.0, 1.0, 1.0, 2.0, 0.0, *x, 1e-9][pick % 7]).collect(),
                    markers: [values(kinds[1], &MARKERS, &a, 3.0), values(kinds[2], &MARKERS, &b, 3.0)],
                    risks,
                    group: others.iter().map(group).collect(),
                    time,
                }
            },
        )
    })
}

/// Every number in it is finite, but for those in texts.
fn finite(found: &impl std::fmt::Debug) {
    let text = format!("{found:?}");
    let outside: String = text.split('"').step_by(2).collect::<Vec<&str>>().join(" ");
    let odd = outside.split(|c: char| !c.is_alphanumeric()).find(|word| ["NaN", "inf"].contains(word));
    assert!(odd.is_none(), "{odd:?} in {text}");
}

fn ordered(lower: Option<f64>, estimate: f64, upper: Option<f64>) {
    let slack = 1e-9 * estimate.abs().max(1e-12);
    assert!(lower.is_none_or(|l| l <= estimate + slack), "{lower:?} {estimate} {upper:?}");
    assert!(upper.is_none_or(|u| u >= estimate - slack), "{lower:?} {estimate} {upper:?}");
}

fn unit(found: &Estimate) {
    assert!((0.0..=1.0).contains(&found.estimate), "{found:?}");
    ordered(found.lower, found.estimate, found.upper);
}

/// An answer is finite; an error says something.
fn answer<T: std::fmt::Debug, E: std::fmt::Display>(found: Result<T, E>) -> Option<T> {
    match found {
        Ok(found) => {
            finite(&found);
            Some(found)
        }
        Err(why) => {
            assert!(why.to_string().len() > 10, "{why}");
            None
        }
    }
}

fn few() -> Bootstrap {
    Bootstrap { samples: 30, ..Bootstrap::default() }
}

const LIMITS: [LimitsBy; 3] = [LimitsBy::Percentile, LimitsBy::Basic, LimitsBy::Bca];

/// So many cohorts, or as many as `PROPTEST_CASES` says.
fn config(cases: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(cases), failure_persistence: None, ..ProptestConfig::default() }
}

fn covariates(cohort: &Cohort) -> Covariates {
    let mut covariates = Covariates::new(cohort.outcome.len());
    covariates.add("a", Covariate::Number(cohort.markers[0].clone())).unwrap();
    covariates.add("b", Covariate::Number(cohort.markers[1].clone())).unwrap();
    let holes = |(m, g): (&f64, &Option<&str>)| if g.is_none() { f64::NAN } else { *m };
    let gaps = cohort.markers[1].iter().zip(&cohort.group).map(holes).collect();
    covariates.add("gaps", Covariate::Number(gaps)).unwrap();
    covariates.add("group", Covariate::Category(Groups::new(cohort.group.iter().copied()))).unwrap();
    covariates
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn time_roc(cohort in cohorts(), definition in 0usize..3, ties in 0usize..3, cut in any::<prop::sample::Index>()) {
        let Cohort { outcome, markers, time, .. } = &cohort;
        let definitions = [Definition::TimeRoc, Definition::RiskRegression, Definition::ScikitSurvival];
        let ties = [TiedTimes::ByRow, TiedTimes::AfterEvents, TiedTimes::WithEvents][ties];
        let settings = TimeRocSettings::default().definition(definitions[definition]).tied_times(ties);
        let banded = settings.clone().band(Band { draws: 200, seed: 1 });
        let times = [*time, time + 1.0];
        let columns = [markers[0].as_slice(), markers[1].as_slice()];
        for (times, censoring) in [
            (&times[..], Censoring::Marginal),
            (&times[..1], Censoring::Marginal),
            (&times[..1], Censoring::Cox(&columns)),
        ] {
            let roc = banded.weighted(&markers[0], outcome, times, censoring).map(|mut roc| {
                // The last threshold has nobody below.
                roc.curves.iter_mut().for_each(|curve| curve.thresholds.truncate(curve.true_positive.len() - 1));
                roc
            });
            let Some(roc) = answer(roc) else { continue };
            for at in &roc.at {
                prop_assert!((0.0..=1.0).contains(&at.auc));
                ordered(at.lower, at.auc, at.upper);
                ordered(at.band_lower, at.auc, at.band_upper);
                prop_assert_eq!(at.cases + at.controls + at.censored, outcome.len());
            }
            for curve in &roc.curves {
                prop_assert!(curve.true_positive.iter().chain(&curve.false_positive).all(|v| (0.0..=1.0).contains(v)));
                answer(curve.youden().ok_or("no threshold at all"));
            }
            for rule in [AucIntegration::Events, AucIntegration::Time] {
                if let Some(found) = answer(roc.integrated(outcome, rule)) {
                    unit(&found);
                }
            }
        }
        let at = markers[0][cut.index(outcome.len())];
        for censoring in [Censoring::Marginal, Censoring::Cox(&columns)] {
            for found in answer(settings.at_cut_weighted(&markers[0], at, outcome, &times[..1], censoring)).unwrap_or_default() {
                [Some(found.sensitivity), Some(found.specificity), found.positive_predictive_value, found.negative_predictive_value]
                    .iter().flatten().for_each(unit);
            }
        }
        for difference in answer(settings.compare(columns, outcome, &times[..1])).unwrap_or_default() {
            ordered(Some(difference.lower), difference.difference, Some(difference.upper));
        }
        for coefficient in [Coefficient::Fitted, Coefficient::Known(1.0), Coefficient::Known(-1e10)] {
            let Some(found) = answer(incident_auc(&markers[0], outcome, coefficient)) else { continue };
            prop_assert!(found.at.iter().all(|at| (0.0..=1.0).contains(&at.auc)));
            answer(found.concordance(*time));
        }
    }

    #[test]
    fn concordance(cohort in cohorts()) {
        let Cohort { outcome, markers, time, weights, .. } = &cohort;
        let weighted = outcome.clone().with_weights(weights.clone()).unwrap();
        for measure in [Measure::Harrell, Measure::Uno { until: None }, Measure::Uno { until: Some(*time) }] {
            for outcome in [outcome, &weighted] {
                if let Some(found) = answer(measure.of(&markers[0], outcome, 0.95)) {
                    unit(&found.estimate);
                }
                if let Some(found) = answer(measure.compare([&markers[0], &markers[1]], outcome, 0.95)) {
                    ordered(Some(found.lower), found.difference, Some(found.upper));
                }
            }
        }
        for ties in [TiedScores::Half, TiedScores::LeftOut] {
            if let Some(found) = answer(gonen_heller(&markers[0], outcome, ties, 0.95)) {
                unit(&found.estimate);
            }
        }
    }

    #[test]
    fn brier(cohort in cohorts()) {
        let Cohort { outcome, risks, time, .. } = &cohort;
        for rule in [BrierRule::RiskRegression, BrierRule::ScikitSurvival] {
            let settings = BrierSettings { rule, ..BrierSettings::default() };
            let others = outcome.rows(&(0..outcome.len() / 2).collect::<Vec<usize>>());
            for found in [settings.at(*time, &risks[0], outcome), settings.weighted_by(*time, &risks[0], outcome, Some(&others))] {
                if let Some(found) = answer(found) {
                    ordered(Some(found.lower), found.estimate, Some(found.upper));
                    ordered(Some(found.ipa_lower), found.ipa, Some(found.ipa_upper));
                }
            }
            if let Some(found) = answer(settings.difference(*time, &risks[0], &risks[1], outcome)) {
                ordered(Some(found.lower), found.estimate, Some(found.upper));
            }
            let of = |(p, q): (&f64, &f64)| vec![1.0 - p.min(*q), 1.0 - p.max(*q)];
            let curves = risks[0].iter().zip(&risks[1]).map(of).collect();
            let Ok(curves) = SurvivalCurves::new(vec![*time, time + 1.0], curves) else { return Ok(()) };
            for integration in [Integration::Trapezoid, Integration::Steps] {
                if let Some(found) = answer(settings.integrated(&curves, outcome, integration, None)) {
                    ordered(Some(found.lower), found.estimate, Some(found.upper));
                }
            }
        }
    }

    #[test]
    fn calibration(cohort in cohorts(), groups in 1usize..6) {
        let Cohort { outcome, risks, time, markers, weights, .. } = &cohort;
        for grouping in [Grouping::Count(groups), Grouping::Size(groups), Grouping::Quantiles(groups), Grouping::Cuts(vec![0.2, 0.5])] {
            let settings = GroupSettings { grouping: grouping.clone(), ..GroupSettings::default() };
            if let Some(found) = answer(settings.fit(*time, &risks[0], outcome)) {
                prop_assert_eq!(found.groups.iter().map(|g| g.cases).sum::<usize>(), outcome.len());
                for group in found.groups {
                    ordered(group.lower, group.observed.unwrap_or(0.5), group.upper.filter(|_| group.observed.is_some()));
                }
            }
            if let Some(found) = answer(GndSettings { grouping }.test(*time, &risks[0], outcome)) {
                prop_assert!((0.0..=1.0).contains(&found.p_value));
            }
        }
        if let Some(found) = answer(SmoothSettings::default().fit(*time, &risks[0], outcome)) {
            for point in &found.curve {
                ordered(Some(point.lower), point.observed, Some(point.upper));
            }
            answer(SmoothSettings::default().bootstrap(*time, &risks[0], outcome, &few()));
        }
        let weighted = outcome.clone().with_weights(weights.clone()).unwrap();
        for outcome in [outcome, &weighted] {
            for found in [slope(&markers[0], outcome, 0.95), slope_of_probabilities(&risks[0], outcome, 0.95)] {
                if let Some(found) = answer(found) {
                    ordered(Some(found.lower), found.estimate, Some(found.upper));
                }
            }
        }
        if let Some(found) = answer(in_the_large(*time, &risks[0], outcome, 0.95)) {
            ordered(Some(found.lower), found.ratio, Some(found.upper));
        }
    }

    #[test]
    fn benefit(cohort in cohorts(), limits in 0usize..3) {
        let Cohort { outcome, risks, time, weights, .. } = &cohort;
        let bootstrap = Some(Bootstrap { limits: LIMITS[limits], ..few() });
        let weighted = outcome.clone().with_weights(weights.clone()).unwrap();
        let thresholds = vec![0.0, 0.1, 0.5, 0.99, 1.0 - f64::EPSILON];
        for outcome in [outcome, &weighted] {
            let settings =
                DecisionCurveSettings { time: *time, thresholds: thresholds.clone(), bootstrap };
            let models = [Treatment { name: "a", risk: &risks[0], harm: 0.0 }, Treatment { name: "b", risk: &risks[1], harm: 0.1 }];
            if let Some(found) = answer(DecisionCurve::of(&models, outcome, &settings)) {
                prop_assert!((0.0..=1.0).contains(&found.event));
                found.models[0].ranges_above(&[&found.all, &found.none]);
            }
            let settings =
                ClinicalImpactSettings { thresholds: thresholds.clone(), bootstrap, ..ClinicalImpactSettings::at(*time) };
            answer(ClinicalImpact::of(&risks[0], outcome, &settings));
            for weights in [CaseWeights::Standard, CaseWeights::AsNricens, CaseWeights::AsSurvIdinri] {
                answer(Idi::of(&risks[0], &risks[1], outcome, &IdiSettings { time: *time, weights, bootstrap }));
                for change in [Change::Difference(0.0), Change::Categories(vec![0.3])] {
                    for by in [NriBy::KaplanMeier, NriBy::Weights(weights)] {
                        let settings = NriSettings { time: *time, change: change.clone(), by, bootstrap };
                        answer(Nri::of(&risks[0], &risks[1], outcome, &settings));
                    }
                }
            }
            answer(ReclassificationTable::of(&risks[0], &risks[1], outcome, *time, &[0.3]));
        }
    }

    #[test]
    fn bootstraps(cohort in cohorts(), limits in 0usize..3, by in 0usize..3) {
        let Cohort { outcome, markers, .. } = &cohort;
        let [one, two] = [0, 1].map(|i| Predictions::new(markers[i].clone()));
        let groups: Vec<usize> = (0..outcome.len()).map(|i| i % 3).collect();
        let resampling = [Resampling::Cases, Resampling::ByEvent, Resampling::ByGroup(&groups)][by];
        let settings = Bootstrap { limits: LIMITS[limits], ..few() };
        let uno = Measure::Uno { until: None };
        let metrics: [&dyn radsurv_data::Metric; 2] = [&Measure::Harrell, &uno];
        answer(bootstrap(&metrics, &one, outcome, resampling, &settings));
        answer(bootstrap_differences(&metrics, &one, &two, outcome, resampling, &settings));
        // A statistic as large as its markers are.
        let mean = |rows: &[usize]| vec![Ok::<f64, String>(rows.iter().map(|&i| markers[0][i]).sum::<f64>() / rows.len() as f64)];
        answer(settings.run(outcome.len(), None, mean));
    }

    #[test]
    fn cuts_and_groups(cohort in cohorts()) {
        let Cohort { outcome, markers, time, weights, group, .. } = &cohort;
        let settings = CutPointSettings { permutations: 50, ..CutPointSettings::default() };
        let ones = outcome.clone().with_weights(weights.iter().map(|w| w.min(1.0).ceil()).collect()).unwrap();
        for outcome in [outcome, &ones] {
            answer(settings.of_variable("a", &markers[0], outcome));
            let scores = markers[0].iter().enumerate().map(|(i, m)| (i % 4 > 0).then_some(*m)).collect();
            if let Ok(scores) = HeldOut::new(scores, HeldOutBy::Folds { folds: 5, repeats: 1 }) {
                answer(settings.of_scores(&scores, outcome));
            }
            let settings = RiskGroupSettings { times: vec![0.0, *time], ..RiskGroupSettings::default() };
            let cuts = quantile_cuts(&markers[0], &[0.5]).unwrap_or_else(|_| vec![0.5]);
            for found in [
                settings.by_cuts(&markers[0], &cuts, outcome),
                settings.by_cuts(&markers[0], &[-1.0, 0.5, 1.0], outcome),
                settings.of_groups(&Groups::new(group.iter().copied()), outcome),
            ] {
                let Some(found) = answer(found) else { continue };
                found.table();
                for group in &found.groups {
                    if let Some(hr) = group.hazard_ratio {
                        ordered(Some(hr.lower), hr.estimate, Some(hr.upper));
                    }
                    if let Some(median) = group.median {
                        ordered(median.lower, median.estimate, median.upper);
                    }
                    group.survival.iter().filter_map(|at| at.survival.as_ref()).for_each(unit);
                }
            }
        }
    }

    #[test]
    fn cox_tables(cohort in cohorts(), terms in 0usize..4) {
        let Cohort { outcome, weights, .. } = &cohort;
        let weighted = outcome.clone().with_weights(weights.clone()).unwrap();
        let terms = match terms {
            0 => Terms::new().linear("a").category("group", None),
            1 => Terms::new().linear("a").linear("gaps").category("group", Some("b")).interaction("a", "group"),
            2 => Terms::new().spline("a", Knots::Count(3)).linear("b").interaction("a", "b"),
            _ => Terms::new().spline("a", Knots::At(vec![0.0, 1.0, 2.0])).category("group", None),
        };
        for outcome in [outcome, &weighted] {
            for enter_below in [None, Some(0.5)] {
                let settings = CoxTableSettings { enter_below, ..CoxTableSettings::default() };
                let Some(table) = answer(settings.of(&covariates(&cohort), &terms, outcome)) else { continue };
                for row in table.variables.iter().flat_map(|v| &v.rows) {
                    for hr in [row.univariable, row.multivariable].into_iter().flatten() {
                        ordered(Some(hr.lower), hr.estimate, Some(hr.upper));
                    }
                }
            }
        }
    }

    #[test]
    fn nomograms(cohort in cohorts(), terms in 0usize..3, x in any::<prop::sample::Index>(), scale in 0usize..3) {
        let Cohort { outcome, time, .. } = &cohort;
        let covariates = covariates(&cohort);
        let terms = match terms {
            0 => Terms::new().linear("a").linear("b"),
            1 => Terms::new().spline("a", Knots::Count(3)).linear("b"),
            _ => Terms::new().linear("a").linear("b").interaction("a", "b"),
        };
        let times = [*time, time + 1.0];
        let max_points = [100.0, 1e-300, 1e300][scale];
        let settings = NomogramSettings { max_points, ..NomogramSettings::default() };
        for times in [&times[..], &times[..1], &[]] {
            let Some(found) = answer(Nomogram::fit(&terms, &covariates, outcome, times, &settings)) else { continue };
            found.to_html("<title>").unwrap();
            found.to_table().unwrap();
            prop_assert!(found.total.len() < 5000 && found.axes.iter().all(|axis| axis.ticks.len() < 5000));
            if let Some(traced) = answer(found.trace(&covariates.rows(&[x.index(outcome.len())]))) {
                prop_assert!(traced.survival.iter().all(|at| (0.0..=1.0).contains(&at.survival)));
            }
        }
    }

    #[test]
    fn tables_of_cases(cohort in cohorts(), numbers in 0usize..3, equal_variances in any::<bool>()) {
        let numbers = [NumberRule::Automatic, NumberRule::Mean, NumberRule::Median][numbers];
        let settings = TableOneSettings { numbers, equal_variances, simulations: 50, ..TableOneSettings::default() };
        let groups = Groups::new(cohort.group.iter().copied());
        let names = ["a", "b", "gaps", "group"];
        for groups in [None, Some(&groups)] {
            if let Some(table) = answer(settings.of(&covariates(&cohort), &names, groups)) {
                table.text(&TableOneFormat::default());
                let p = |p: f64| (0.0..=1.0).contains(&p);
                prop_assert!(table.variables.iter().all(|v| v.test.as_ref().is_none_or(|test| p(test.p_value))));
            }
        }
    }
}

proptest! {
    #![proptest_config(config(25))]

    #[test]
    fn evaluations(cohort in cohorts()) {
        let Cohort { outcome, markers, risks, time, .. } = &cohort;
        let curves = |p: &[f64]| SurvivalCurves::new(vec![*time, time + 1.0], p.iter().map(|p| vec![1.0 - p, 0.5 * (1.0 - p)]).collect());
        let marker = |i: usize| {
            let predictions = Predictions::new(markers[i].clone());
            let predictions = curves(&risks[i]).map_or(predictions.clone(), |curves| predictions.with_survival(curves).unwrap());
            Marker { name: format!("marker {i}"), predictions }
        };
        let three = [marker(0), marker(1), Marker { name: "bare".to_string(), predictions: Predictions::new(markers[0].clone()) }];
        for times in [vec![*time], vec![*time, time + 1.0]] {
            let settings = EvaluationSettings { bootstrap: Some(few()), ..EvaluationSettings::at(times) };
            let found = settings.run(&three, outcome).map(|mut found| {
                let curves = found.markers.iter_mut().filter_map(|m| m.roc.as_mut()).flat_map(|roc| &mut roc.curves);
                curves.for_each(|curve| curve.thresholds.truncate(curve.true_positive.len() - 1));
                found
            });
            if let Some(found) = answer(found) {
                serde_json::to_string(&found).unwrap();
            }
        }
    }
}

#[test]
fn incident_areas_do_not_depend_on_who_has_left() {
    let outcome = Survival::new(vec![1.0, 2.0, 3.0, 4.0, 5.0], vec![true, true, false, true, false]).unwrap();
    let of = |first: f64| {
        let marker = [first, 1.0, 0.0, -0.5, 0.25];
        incident_auc(&marker, &outcome, Coefficient::Known(1.0)).unwrap().at
    };
    // The weights of the others are 0 beside that of the first.
    let (near, far) = (of(2.0), of(2000.0));
    assert_eq!(near.len(), 3);
    near[1..].iter().zip(&far[1..]).for_each(|(a, b)| assert!((a.auc - b.auc).abs() < 1e-12, "{a:?} {b:?}"));
    assert!(incident_auc(&[1e300, 0.0, 1.0, 2.0, 3.0], &outcome, Coefficient::Known(1e300)).is_err());
}

#[test]
fn tests_of_numbers_do_not_depend_on_their_unit() {
    let groups = Groups::new((0..12).map(|i| Some(["a", "b", "c"][i % 3])));
    let of = |unit: f64| {
        let mut cases = Covariates::new(12);
        let values = (0..12).map(|i| f64::from(i * 7 % 5 + i % 3) * unit).collect();
        cases.add("x", Covariate::Number(values)).unwrap();
        let table = TableOneSettings::default().of(&cases, &["x"], Some(&groups)).unwrap();
        (table.variables[0].test.as_ref().unwrap().p_value, table.variables[0].smd.unwrap())
    };
    let (p, smd) = of(1.0);
    for unit in [1e-300, 1e300] {
        let (other, difference) = of(unit);
        assert!((p - other).abs() < 1e-9 && (smd - difference).abs() < 1e-9, "{unit}: {p} {other}");
    }
}

#[test]
fn a_marker_turned_round_does_not_take_the_curves_of_others() {
    let n = 60u32;
    let outcome = Survival::new((1..=n).map(f64::from).collect(), vec![true; 60]).unwrap();
    let marker = |name: &str, turned: bool| {
        let risk: Vec<f64> = (1..=n).map(|i| 1.0 - f64::from(i) / 61.0).collect();
        let survival = risk.iter().map(|p| vec![if turned { *p } else { 1.0 - p }]).collect();
        let curves = SurvivalCurves::new(vec![30.0], survival).unwrap();
        Marker { name: name.to_string(), predictions: Predictions::new(risk).with_survival(curves).unwrap() }
    };
    let mut settings = EvaluationSettings { bootstrap: Some(few()), ..EvaluationSettings::at(vec![30.0]) };
    settings.roc.confidence = 0.5;
    let found = settings.run(&[marker("right", false), marker("turned", true)], &outcome).unwrap();
    assert_eq!(found.decision_curves[0].models.iter().map(|m| m.name.as_str()).collect::<Vec<_>>(), ["right"]);
    assert!(found.markers[1].reasons["net_benefit"].contains("probabilities of survival"));
    assert!(found.comparisons[0].idi.is_none() && found.comparisons[0].reasons["idi"].contains("survival"));
    // The confidence is that of the other limits.
    let bootstrap = Some(Bootstrap { confidence: 0.5, ..few() });
    let risk = found.markers[0].calibration.as_ref().unwrap()[0].predictions.clone();
    let settings = DecisionCurveSettings { bootstrap, ..DecisionCurveSettings::at(30.0) };
    let alone = DecisionCurve::of(&[Treatment { name: "right", risk: &risk, harm: 0.0 }], &outcome, &settings).unwrap();
    assert_eq!(found.decision_curves[0].models, alone.models);
}
