//! Spaces that are none, too large or too small, and settings that nobody has.

use proptest::prelude::*;
use radsurv_survival::selection::{ModelSearch, Space, Values};
use radsurv_survival::svm::Kernel;
use radsurv_survival::{AnySettings, ForestSettings, ModelKind};
use serde_json::{Value, json};

fn list(values: impl IntoIterator<Item = u64>) -> Values {
    Values::List(values.into_iter().map(Value::from).collect())
}

fn refused(values: Values) -> String {
    let space = Space::new().with("x", values);
    let drawn = space.draw(3, 0).unwrap_err().to_string();
    assert_eq!(space.grid().unwrap_err().to_string(), drawn, "checked before anything else");
    assert!(drawn.starts_with("x: "), "{drawn}");
    drawn
}

#[test]
fn ranges_and_lists_that_are_none_are_refused() {
    assert!(refused(list([])).contains("no value in its list"));
    assert!(refused(list([4, 5, 4])).contains("4 is twice in its list"));
    let (infinity, nan) = (f64::INFINITY, f64::NAN);
    for (low, high) in [(1.0, 0.5), (nan, 1.0), (0.0, nan), (0.0, infinity), (-infinity, 0.0), (f64::MIN, f64::MAX)] {
        assert!(refused(Values::Uniform { low, high }).contains("is no range"));
    }
    for (low, high) in [(2.0, 1.0), (0.0, 1.0), (-1.0, 1.0), (nan, 1.0), (1.0, nan), (1.0, infinity)] {
        assert!(refused(Values::LogUniform { low, high }).contains("is no range of logarithms"));
    }
    assert!(refused(Values::Whole { low: 3, high: 2 }).contains("give the smaller first"));
    for (low, high) in [(0, 3), (3, 2)] {
        assert!(refused(Values::LogWhole { low, high }).contains("is no range of logarithms"));
    }
}

#[test]
fn large_spaces_are_drawn_from_and_not_listed() {
    let space = (0..9).fold(Space::new(), |space, place| space.with(format!("s{place}"), list(0..10)));
    let grid = space.grid().unwrap_err().to_string();
    assert!(grid.contains("there are 1000000000 combinations, and 100000 are the most"), "{grid}");
    assert_eq!(space.draw(50, 1).unwrap().len(), 50);
    let space = (0..40).fold(Space::new(), |space, place| space.with(format!("s{place}"), list(0..100)));
    assert!(space.grid().is_err(), "more than can be counted");
    assert_eq!(space.draw(5, 1).unwrap().len(), 5);
    for count in [100_001, usize::MAX] {
        let error = space.draw(count, 1).unwrap_err().to_string();
        assert!(error.starts_with(&format!("the search: {count} combinations are asked for")), "{error}");
    }
    assert!(Space::new().with("x", list(0..200_000)).grid().is_err());
    let whole = Space::new().with("a", Values::Whole { low: 0, high: u64::MAX });
    let whole = whole.with("b", Values::LogWhole { low: 1, high: u64::MAX });
    let drawn = whole.draw(200, 2).unwrap();
    assert_eq!(drawn.len(), 200);
    // Half of them in the upper half, half of the logarithms in the upper half of these.
    let above = |name: &str, least: u64| drawn.iter().filter(|d| d.values()[name].as_u64().unwrap() > least).count();
    assert!((65..=135).contains(&above("a", u64::MAX / 2)) && (65..=135).contains(&above("b", u64::from(u32::MAX))));
    let same = Space::new().with("a", Values::Whole { low: u64::MAX, high: u64::MAX });
    assert_eq!(same.draw(3, 1).unwrap()[0].values()["a"], u64::MAX);
}

#[test]
fn small_spaces_give_what_there_is() {
    assert_eq!(Space::new().grid().unwrap().len(), 1);
    assert_eq!(Space::new().draw(7, 0).unwrap(), Space::new().grid().unwrap());
    assert!(Space::new().draw(0, 0).unwrap().is_empty());
    let one = Space::new().with("x", Values::Uniform { low: 0.5, high: 0.5 }).draw(7, 0).unwrap();
    assert_eq!((one.len(), one[0].to_string().as_str()), (1, "x = 0.5"));
    let listed = Space::new().with("x", list(0..6));
    assert_eq!(listed.draw(6, 0).unwrap(), listed.grid().unwrap());
    let (three, five) = (listed.draw(3, 0).unwrap(), listed.draw(5, 0).unwrap());
    assert_eq!(three, five[..3]);
    assert!((0..5).all(|a| (0..a).all(|b| five[a] != five[b])));
    // The model as it is, and others drawn at random: of three listed not always the same two.
    let base = AnySettings::Forest(ForestSettings::default());
    let search = ModelSearch { base, space: Space::new().with("min_leaf", list([3, 5, 9])) };
    let names = |seed| search.draw("rsf", 0, 3, seed).unwrap().into_iter().map(|c| c.name).collect::<Vec<_>>();
    assert!((0..9).any(|seed| names(seed)[1] != names(9)[1]));
    assert_eq!(search.draw("rsf", 0, 9, 0).unwrap().len(), 4);
    for count in [0, 1] {
        assert_eq!(search.draw("rsf", 0, count, 0).unwrap().len(), 1);
    }
}

/// No name is taken and not used: not of any model, nor of a table within it.
#[test]
fn settings_that_nobody_has_are_refused() {
    for kind in ModelKind::ALL {
        let base = kind.settings();
        let json = match &base {
            AnySettings::Cox(settings) => serde_json::to_value(settings),
            AnySettings::Coxnet(settings) => serde_json::to_value(settings),
            AnySettings::Forest(settings) => serde_json::to_value(settings),
            AnySettings::GradientBoosting(settings) => serde_json::to_value(settings),
            AnySettings::NewtonBoosting(settings) => serde_json::to_value(settings),
            AnySettings::Svm(settings) => serde_json::to_value(settings),
        };
        let json = json.unwrap();
        let tables = json.as_object().unwrap().iter().filter(|(_, value)| value.is_object());
        let mut names: Vec<String> = tables.map(|(name, _)| format!("{name}.mistyped")).collect();
        names.extend(["mistyped", "", ".", "a.b", "seed.x", "..", "mistyped.x"].map(String::from));
        for name in names {
            let search = ModelSearch { base: base.clone(), space: Space::new().with(name.clone(), list([1])) };
            let error = search.grid("model", 0).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{name}: ")), "{kind} {name}: {error}");
        }
    }
    // A linear kernel has no gamma: candidates would all be the same.
    let gamma = Space::new().with("kernel.gamma", Values::LogUniform { low: 0.01, high: 1.0 });
    let error = ModelSearch { space: gamma, ..ModelSearch::svm(Kernel::Linear) }.draw("svm", 0, 3, 0).unwrap_err();
    assert_eq!(error.to_string(), "kernel.gamma: there is no such setting");
    let forest = |name: &str, value: Value| {
        let base = AnySettings::Forest(ForestSettings::default());
        ModelSearch { base, space: Space::new().with(name, Values::List(vec![value])) }
            .grid("rsf", 0)
            .unwrap_err()
            .to_string()
    };
    for value in [json!("ten"), json!(-1), json!(1.5), json!(null), json!([1]), json!({ "a": 1 })] {
        let error = forest("min_leaf", value.clone());
        assert!(error.starts_with(&format!("min_leaf: it cannot be {value}: ")), "{error}");
    }
    let space: Result<Space, _> =
        serde_json::from_value(json!({ "x": { "uniform": { "low": 0, "high": 1, "step": 2 } } }));
    assert!(space.unwrap_err().to_string().contains("unknown field `step`"));
    assert!(serde_json::from_value::<Space>(json!({ "x": { "between": [0, 1] } })).is_err());
}

#[test]
fn settings_in_tables_are_set_alone() {
    let search = ModelSearch::svm(Kernel::Linear);
    let cost = Space::new().with("formulation.cost", Values::List(vec![0.25.into()]));
    let found = ModelSearch { space: cost, ..search.clone() }.grid("svm", 0).unwrap();
    let (AnySettings::Svm(ours), AnySettings::Svm(base)) = (&found[1].settings, &search.base) else { panic!("an SVM") };
    let (mut ours, mut base) = (serde_json::to_value(ours).unwrap(), serde_json::to_value(base).unwrap());
    assert_eq!(ours["formulation"]["cost"], 0.25);
    for json in [&mut ours, &mut base] {
        json["formulation"].as_object_mut().unwrap().remove("cost");
    }
    assert_eq!(ours, base);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn draws_stay_in_their_ranges(
        (low, wide) in (-1e300..1e300f64, 0.0..1e300f64),
        (small, factor) in (1e-300..1e3f64, 1.0..1e300f64),
        (from, count) in (0u64.., 0u64..),
        seed: u64,
    ) {
        let (high, large, to) = (low + wide, small * factor, from.saturating_add(count));
        let space = Space::new()
            .with("uniform", Values::Uniform { low, high })
            .with("log", Values::LogUniform { low: small, high: large })
            .with("whole", Values::Whole { low: from, high: to })
            .with("log whole", Values::LogWhole { low: from.max(1), high: to.max(1) });
        for drawn in space.draw(20, seed).unwrap() {
            let number = |name: &str| drawn.values()[name].as_f64().unwrap();
            let whole = |name: &str| drawn.values()[name].as_u64().unwrap();
            prop_assert!((low..=high).contains(&number("uniform")));
            prop_assert!((small..=large).contains(&number("log")));
            prop_assert!((from..=to).contains(&whole("whole")));
            prop_assert!((from.max(1)..=to.max(1)).contains(&whole("log whole")));
        }
    }
}
