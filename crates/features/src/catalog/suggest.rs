//! Which known word a misspelt one may have been meant for.

/// The candidate nearest to `word`: by edit distance without regard to case and separators, at most a third of the
/// word away. The first of several equally near.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = plain(word);
    // The distance is quadratic in the length: a pasted paragraph is no misspelt word.
    if word.is_empty() || word.len() > 64 {
        return None;
    }
    let limit = word.len().div_ceil(3).min(4);
    candidates
        .into_iter()
        .map(|candidate| (distance(&word, &plain(candidate)), candidate))
        .filter(|&(d, _)| d <= limit && d < word.len())
        .min_by_key(|&(d, _)| d)
        .map(|(_, candidate)| candidate)
}

fn plain(word: &str) -> Vec<char> {
    word.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

/// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = vec![i + 1; b.len() + 1];
        for (j, &y) in b.iter().enumerate() {
            let mut best = (above[j] + usize::from(x != y)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && x == b[j - 1] && a[i - 1] == y {
                best = best.min(before[j - 1] + 1);
            }
            row[j + 1] = best;
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        let d = |a: &str, b: &str| distance(&plain(a), &plain(b));
        assert_eq!(d("binwidth", "binWidth"), 0);
        assert_eq!(d("bin_width", "binWidth"), 0);
        assert_eq!(d("binWdith", "binWidth"), 1);
        assert_eq!(d("", "abc"), 3);
        assert_eq!(d("kitten", "sitting"), 3);
    }

    #[test]
    fn near_and_far() {
        let names = ["binWidth", "binCount", "label", "label_channel"];
        assert_eq!(nearest("binwith", names), Some("binWidth"));
        assert_eq!(nearest("Label", names), Some("label"));
        assert_eq!(nearest("voxelSize", names), None);
        assert_eq!(nearest("x", names), None);
        assert_eq!(nearest("", names), None);
        assert_eq!(nearest(&"label".repeat(1000), names), None);
    }
}
