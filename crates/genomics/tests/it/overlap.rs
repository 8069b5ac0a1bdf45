//! Lists of genes over cohorts, against SuperExactTest where it is exact (`reference/genomics_overlap.py`) and their definition.

use std::path::Path;

use proptest::prelude::*;
use radsurv_genomics::differential::{ChangeRule, GeneRow, TopTable};
use radsurv_genomics::overlap::{ChangedGenes, GeneList, Universe, all_share, by_direction, overlap};
use radsurv_testkit::compare::{assert_close, relative_difference};
use radsurv_testkit::golden::{Golden, number};

#[test]
fn what_all_lists_share_is_as_probable_as_exactly() {
    let golden = Golden::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/overlap.jsonl.gz")).unwrap();
    for row in &golden.rows {
        let count = |value: &serde_json::Value| value.as_u64().unwrap() as usize;
        let sizes: Vec<usize> = row["sizes"].as_array().unwrap().iter().map(count).collect();
        let ours = all_share(count(&row["universe"]), &sizes, count(&row["shared"])).unwrap();
        // Below 1e-290 neither has digits.
        let difference = relative_difference(ours, number(&row["p"]).unwrap(), 1e-290);
        assert!(difference < 1e-9, "{ours:e} {difference:e} {row}");
    }
}

/// All ways to draw lists of these sizes, one by one: how many of them share so many genes or more.
fn enumerated(universe: u32, sizes: &[u32], shared: u32) -> f64 {
    let lists = |size: u32| (0u32..1 << universe).filter(move |list| list.count_ones() == size);
    let (mut all, mut as_many) = (0u64, 0u64);
    let mut stack = vec![(u32::MAX >> (32 - universe), 0)];
    while let Some((common, drawn)) = stack.pop() {
        if drawn == sizes.len() {
            all += 1;
            as_many += u64::from(common.count_ones() >= shared);
        } else {
            stack.extend(lists(sizes[drawn]).map(|list| (common & list, drawn + 1)));
        }
    }
    as_many as f64 / all as f64
}

#[test]
fn the_chain_is_an_enumeration() {
    for (universe, sizes) in
        [(7, vec![3, 4, 5]), (5, vec![2, 3, 4, 3]), (6, vec![6, 2, 3]), (6, vec![0, 2, 3]), (8, vec![4, 5])]
    {
        for shared in 0..=universe {
            let plain: Vec<usize> = sizes.iter().map(|&size| size as usize).collect();
            let ours = all_share(universe as usize, &plain, shared as usize).unwrap();
            let naive = enumerated(universe, &sizes, shared);
            assert!(relative_difference(ours, naive, 0.0) < 1e-13, "{universe} {sizes:?} {shared} {ours} {naive}");
        }
    }
    assert_eq!(
        (all_share(5, &[], 3).unwrap(), all_share(5, &[2], 2).unwrap(), all_share(5, &[2], 3).unwrap()),
        (1.0, 1.0, 0.0)
    );
    assert!(all_share(5, &[2, 6], 1).is_err());
}

fn lists(of: &[(&str, Vec<u16>)]) -> Vec<GeneList> {
    of.iter().map(|(name, genes)| GeneList { name: name.to_string(), genes: names(genes.iter().copied()) }).collect()
}

fn names(genes: impl IntoIterator<Item = u16>) -> Vec<String> {
    genes.into_iter().map(|gene| format!("G{gene}")).collect()
}

proptest! {
    #[test]
    fn every_gene_is_in_one_region(sets in prop::collection::vec(prop::collection::btree_set(0u16..40, 0..25), 2..7)) {
        let labels: Vec<String> = (0..sets.len()).map(|i| format!("cohort {i}")).collect();
        let of: Vec<(&str, Vec<u16>)> = labels.iter().zip(&sets).map(|(l, s)| (l.as_str(), s.iter().copied().collect())).collect();
        let (input, each) = (lists(&of), vec![names(0..40); sets.len()]);
        let shared = overlap(&input, &Universe::Count(40)).unwrap();
        // However the same universe is said, the tests are the same.
        for universe in [Universe::Genes(names(0..40)), Universe::Each(each)] {
            prop_assert_eq!(&shared, &overlap(&input, &universe).unwrap());
        }
        let all: std::collections::BTreeSet<u16> = sets.iter().flatten().copied().collect();
        prop_assert_eq!(shared.regions.iter().map(|r| r.genes.len()).sum::<usize>(), all.len());
        for region in &shared.regions {
            prop_assert!(!region.genes.is_empty() && region.genes.is_sorted());
            for gene in &region.genes {
                let number: u16 = gene[1..].parse().unwrap();
                let naive: Vec<bool> = sets.iter().map(|set| set.contains(&number)).collect();
                prop_assert_eq!(&naive, &region.lists);
            }
        }
        for pair in &shared.pairs {
            let [i, j] = pair.lists;
            prop_assert_eq!(pair.shared, sets[i].intersection(&sets[j]).count());
            // Two lists are a chain of one step.
            assert_close(pair.p_value, all_share(40, &pair.sizes, pair.shared).unwrap(), 1e-12);
        }
        prop_assert_eq!(shared.all.is_some(), sets.len() > 2);
        if let Some(all) = shared.all {
            let in_all = (0..40).filter(|gene| sets.iter().all(|set| set.contains(gene))).count();
            prop_assert_eq!(all.shared, in_all);
        }
        prop_assert_eq!(shared.notices.len(), sets.iter().filter(|set| set.is_empty()).count());
    }
}

#[test]
fn cohorts_are_compared_within_what_both_measured() {
    let input = lists(&[("A", vec![1, 2, 3, 20]), ("B", vec![2, 3, 40]), ("C", vec![3])]);
    let each = Universe::Each(vec![names(0..30), names((0..20).chain(40..50)), names(2..12)]);
    let shared = overlap(&input, &each).unwrap();
    // Of A, gene 20 could not have been in B; of B, gene 40 could not have been in A.
    let [ab, ac, _] = &shared.pairs[..] else { panic!() };
    assert_eq!((ab.universe, ab.sizes, ab.shared), (20, [3, 2], 2));
    assert_eq!((ac.universe, ac.sizes, ac.shared), (10, [2, 1], 1));
    assert_close(ac.expected, 0.2, 1e-15);
    assert_close(ac.p_value, 0.2, 1e-14);
    let all = shared.all.unwrap();
    assert_eq!((all.universe, &all.sizes[..], all.shared), (10, &[2, 2, 1][..], 1));
    assert_close(all.p_value, 0.04, 1e-14);
    // A stated universe is said to leave genes out.
    let shared = overlap(&input, &Universe::Genes(names(0..30))).unwrap();
    assert_eq!(
        shared.notices,
        ["1 of 3 genes of the list B are not in the universe and take no part in its tests: G40"]
    );
    assert_eq!(shared.region(&[false, true, false]), ["G40"]);
}

#[test]
fn up_and_down_are_apart() {
    let cohort = |name: &str, up: &[u16], down: &[u16]| ChangedGenes {
        name: name.into(),
        up: names(up.iter().copied()),
        down: names(down.iter().copied()),
    };
    let cohorts = [cohort("A", &[1, 2, 3], &[4, 5]), cohort("B", &[2, 5], &[4, 1]), cohort("C", &[2, 1], &[])];
    let shared = by_direction(&cohorts, &Universe::Count(100)).unwrap();
    assert_eq!(shared.up.in_all(), ["G2"]);
    assert_eq!(shared.down.region(&[true, true, false]), ["G4"]);
    let told: Vec<(&str, &[usize], &[usize])> =
        shared.discordant.iter().map(|d| (&d.gene[..], &d.up[..], &d.down[..])).collect();
    assert_eq!(told, [("G1", &[0, 2][..], &[1][..]), ("G5", &[1][..], &[0][..])]);
    assert_eq!(shared.down.notices.len(), 1);
    let both = by_direction(&[cohort("A", &[1], &[1]), cohort("B", &[1], &[])], &Universe::Count(10)).unwrap_err();
    assert_eq!(both.to_string(), "the list A has 1 genes both up and down: G1; correct it");
    let row = |gene: &str, log_fc, p| GeneRow {
        gene: gene.into(),
        log_fc,
        ave_expr: 0.0,
        t: 0.0,
        p_value: p,
        adj_p_value: p,
        b: None,
    };
    let rows = vec![row("a", 2.0, 0.01), row("b", -2.0, 0.01), row("c", 2.0, 0.5)];
    let table = TopTable { coefficient: "high - low".into(), rows };
    let changed = ChangedGenes::of_table("A", &table, &ChangeRule::default());
    assert_eq!((&changed.up[..], &changed.down[..]), (&["a".to_string()][..], &["b".to_string()][..]));
    assert_eq!(Universe::of_tables([&table]), Universe::Each(vec![vec!["a".into(), "b".into(), "c".into()]]));
}

#[test]
fn lists_that_cannot_be_compared() {
    let message = |of: &[(&str, Vec<u16>)], universe: &Universe| overlap(&lists(of), universe).unwrap_err().to_string();
    let count = Universe::Count(10);
    assert!(message(&[("A", vec![1])], &count).starts_with("the list A has no other"));
    assert!(message(&[("A", vec![1]), ("A", vec![2])], &count).contains("the name of another list"));
    assert_eq!(
        message(&[("A", vec![1, 2, 1]), ("B", vec![2])], &count),
        "the list A has 1 genes more than once: G1; list each once"
    );
    assert!(
        message(&[("A", (0..8).collect()), ("B", (5..13).collect())], &count)
            .contains("13 genes, more than the universe of 10")
    );
    assert!(message(&[("A", vec![]), ("B", vec![])], &Universe::Count(0)).contains("universe of 0"));
    assert!(message(&[("A", vec![1]), ("B", vec![2])], &Universe::Genes(vec![])).contains("a universe without genes"));
    assert!(
        message(&[("A", vec![1]), ("B", vec![2])], &Universe::Each(vec![]))
            .contains("2 lists, but there are 0 universes")
    );
    let each = Universe::Each(vec![names([1]), names([1])]);
    assert!(
        message(&[("A", vec![1]), ("B", vec![2])], &each)
            .starts_with("the list B has 1 genes that are not in its own universe: G2")
    );
    let mut unnamed = lists(&[("A", vec![1]), ("B", vec![2])]);
    unnamed[1].genes.push(" ".into());
    assert_eq!(overlap(&unnamed, &count).unwrap_err().to_string(), "the list B has a gene without a name, at place 2");
}
