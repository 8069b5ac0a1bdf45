//! The names of wavelets that PyWavelets knows.

/// Families with their orders; `dmey` and `haar` have none.
const DISCRETE: [(&str, &[&str]); 2] = [("bior", &BIORTHOGONAL), ("rbio", &BIORTHOGONAL)];
const BIORTHOGONAL: [&str; 15] =
    ["1.1", "1.3", "1.5", "2.2", "2.4", "2.6", "2.8", "3.1", "3.3", "3.5", "3.7", "3.9", "4.4", "5.5", "6.8"];
const NUMBERED: [(&str, u8, u8); 3] = [("coif", 1, 17), ("db", 1, 38), ("sym", 2, 20)];
const CONTINUOUS: [&str; 7] = ["cgau", "cmor", "fbsp", "gaus", "mexh", "morl", "shan"];

/// What the valid names are, for messages.
pub(super) const CHOICES: &str =
    "haar, dmey, db1 to db38, sym2 to sym20, coif1 to coif17, bior1.1 to bior6.8 or rbio1.1 to rbio6.8";

/// All names of discrete wavelets.
pub(super) fn discrete() -> Vec<String> {
    let mut names = vec!["haar".to_string(), "dmey".to_string()];
    names
        .extend(NUMBERED.iter().flat_map(|&(family, first, last)| (first..=last).map(move |n| format!("{family}{n}"))));
    names.extend(DISCRETE.iter().flat_map(|&(family, orders)| orders.iter().map(move |n| format!("{family}{n}"))));
    names
}

/// Whether a stationary transform can be made with the wavelet of that name.
pub(super) fn is_discrete(name: &str) -> bool {
    discrete().iter().any(|known| known == name)
}

/// Whether it is a continuous wavelet: PyRadiomics' validation lets these through, its filter does not.
pub(super) fn is_continuous(name: &str) -> bool {
    CONTINUOUS.contains(&name.trim_end_matches(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(discrete().len(), 106);
        for name in ["haar", "coif1", "db38", "sym2", "bior3.9", "rbio6.8", "dmey"] {
            assert!(is_discrete(name), "{name}");
        }
        for name in ["db39", "sym1", "bior3.2", "Haar", "morl", ""] {
            assert!(!is_discrete(name), "{name}");
        }
        assert!(is_continuous("morl") && is_continuous("gaus3") && !is_continuous("db2"));
    }
}
