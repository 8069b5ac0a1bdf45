//! GMT files: what is read, what is refused, what comes back.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use radsurv_genomics::gene_sets::{GmtLimits, LeftOutReason, SizeLimits, read_gmt, read_gmt_files, read_gmt_from};
use radsurv_genomics::{Error, GeneSet, GeneSets};

fn read(text: &[u8]) -> Result<radsurv_genomics::gene_sets::Gmt, Error> {
    read_gmt_from(text, "sets.gmt", GmtLimits::default())
}

fn message(text: &[u8]) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn a_file_as_it_comes() {
    let found = read(b"\xef\xbb\xbfA\tfirst\tG1\tG2\tG1\t\t\r\n\r\n B \t\tG2\tG3 \n").unwrap();
    let names: Vec<_> = found.sets.sets.iter().map(|set| (set.name.as_str(), set.description.as_str())).collect();
    assert_eq!(names, [("A", "first"), ("B", "")]);
    assert_eq!(found.sets.sets[0].genes, ["G1", "G2"]);
    assert_eq!(found.sets.sets[1].genes, ["G2", "G3"]);
    let report = found.report;
    assert_eq!(
        (report.sets, report.genes, report.repeated_genes, report.blank_lines, report.empty_genes),
        (2, 3, 1, 1, 2)
    );
    assert_eq!(report.sets_with_repeated_genes, ["A"]);
}

#[test]
fn what_is_wrong_is_said_with_file_and_line() {
    for (text, line, says) in [
        (&b"A\tx\tG1\nB G2\n"[..], 2, "no tab"),
        (b"\tx\tG1\n", 1, "no name"),
        (b"A\tx\tG1\nB\tx\n", 2, "no genes"),
        (b"A\tx\tG1\nB\tx\t\t \n", 2, "no genes"),
        (b"A\tx\tG1\nB\tx\tG1\nA\ty\tG2\n", 3, "line 1"),
        (b"A\tx\tG1\nB\tx\tG\xff\n", 2, "byte 6"),
    ] {
        let said = message(text);
        assert!(said.starts_with(&format!("sets.gmt, line {line}: ")) && said.contains(says), "{said}");
    }
    assert!(matches!(read(b""), Err(Error::NoSets { .. })));
    assert!(matches!(read(b"\n\n"), Err(Error::NoSets { .. })));
}

#[test]
fn memory_is_bounded() {
    let limits = GmtLimits { line_bytes: 20, file_bytes: 60 };
    let long = format!("A\tx\t{}\n", "G".repeat(100));
    assert!(read_gmt_from(long.as_bytes(), "f", limits).unwrap_err().to_string().contains("line 1"));
    let many: String = (0..10).map(|i| format!("A{i}\tx\tG1\n")).collect();
    assert!(read_gmt_from(many.as_bytes(), "f", limits).unwrap_err().to_string().contains("more than 60 bytes"));
    // A small file that unpacks to a large one.
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(&vec![b'A'; 10_000_000]).unwrap();
    let packed = packer.finish().unwrap();
    assert!(packed.len() < 20_000);
    assert!(read_gmt_from(&packed[..], "f", limits).unwrap_err().to_string().contains("line 1"));
}

#[test]
fn files_plain_and_packed_and_merged() {
    let folder = tempfile::tempdir().unwrap();
    let [plain, packed, broken] = ["a.gmt", "b.gmt.gz", "c.gmt.gz"].map(|name| folder.path().join(name));
    let sets = |name: &str| GeneSets::new(vec![GeneSet::new(name, ["G1", "G2"])]).unwrap();
    sets("A").write_gmt(&plain).unwrap();
    sets("B").write_gmt(&packed).unwrap();
    assert_eq!(std::fs::read(&packed).unwrap()[..2], [0x1f, 0x8b]);
    let (merged, reports) = read_gmt_files(&[&plain, &packed]).unwrap();
    assert_eq!(merged.sets.iter().map(|set| &set.name[..]).collect::<Vec<_>>(), ["A", "B"]);
    assert_eq!(reports.len(), 2);
    assert!(matches!(read_gmt_files(&[&plain, &plain]), Err(Error::DuplicateSets { sets }) if sets == ["A"]));
    std::fs::write(&broken, &std::fs::read(&packed).unwrap()[..15]).unwrap();
    assert!(read_gmt(&broken).unwrap_err().to_string().contains("c.gmt.gz"));
    assert!(read_gmt(folder.path()).unwrap_err().to_string().contains("folder"));
    assert!(matches!(read_gmt(folder.path().join("none")), Err(Error::Io { .. })));
    let tab = GeneSets { sets: vec![GeneSet::new("A\tB", ["G1"])] };
    assert!(matches!(tab.write_gmt(&plain), Err(Error::Settings { .. })));
    assert_eq!(read_gmt(&plain).unwrap().sets, sets("A"));
}

#[test]
fn a_collection_is_checked() {
    for wrong in [
        GeneSet::new("", ["G"]),
        GeneSet::new("A", [""; 0]),
        GeneSet { genes: vec!["G".into(); 2], ..GeneSet::new("A", ["G"]) },
    ] {
        assert!(GeneSets::new(vec![wrong]).is_err());
    }
    let sets = GeneSets::new(vec![GeneSet::new("A", ["G"])]).unwrap();
    assert!(sets.within(["G"], SizeLimits { min: 3, max: 2 }).is_err());
    let reason = |limits| sets.within(["G", "H"], limits).unwrap().left_out[0].reason;
    assert_eq!(reason(SizeLimits { min: 2, max: 9 }), LeftOutReason::TooSmall);
    assert_eq!(reason(SizeLimits { min: 0, max: 0 }), LeftOutReason::TooLarge);
}

fn sets() -> impl Strategy<Value = GeneSets> {
    let set = (prop::collection::vec("[a-zA-Z0-9:;. -]{1,8}", 1..20), "[^\t\n\r\u{feff}]{0,20}");
    prop::collection::vec(set, 1..10).prop_map(|sets| {
        let one = |(i, (genes, text)): (usize, (Vec<String>, String))| {
            let genes = genes.iter().map(|gene| format!("g{}", gene.trim()));
            GeneSet { description: text.trim().to_string(), ..GeneSet::new(format!("S{i}"), genes) }
        };
        GeneSets { sets: sets.into_iter().enumerate().map(one).collect() }
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(sets in sets(), packed: bool) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(if packed { "s.gmt.gz" } else { "s.gmt" });
        sets.write_gmt(&path).unwrap();
        prop_assert_eq!(read_gmt(&path).unwrap().sets, sets);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(prop_oneof![Just(b'\t'), Just(b'\n'), any::<u8>()], 0..200)) {
        let _ = read(&bytes);
    }

    #[test]
    fn nothing_is_lost_in_a_universe(sets in sets(), keep in prop::collection::vec(any::<bool>(), 200), min in 0usize..4) {
        let all = sets.genes();
        let there: Vec<&str> = all.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(gene, _)| *gene).collect();
        let within = sets.within(there.iter().copied(), SizeLimits { min, max: 500 }).unwrap();
        prop_assert_eq!(within.sets.sets.len() + within.left_out.len(), sets.sets.len());
        prop_assert_eq!(within.missing.len() + there.len(), all.len());
        for set in &within.sets.sets {
            prop_assert!(set.genes.len() >= min.max(1) && set.genes.iter().all(|gene| there.contains(&gene.as_str())));
        }
    }
}
