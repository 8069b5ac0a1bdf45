//! Ranges of values, their ticks, and how numbers are written.

/// A range of values and its ticks.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    min: f64,
    max: f64,
    ticks: Vec<f64>,
    logarithmic: bool,
}

/// Beyond this the difference of two values may be infinite.
const LARGEST: f64 = 1e300;
/// Below this part of its values a range is rounding.
const RESOLUTION: f64 = 1e-9;

impl Scale {
    /// A scale that shows all values, with about so many ticks at round numbers. Values that are not finite are left out;
    /// a range of nothing becomes 0 to 1, one of a single value gets room around it.
    ///
    /// # Example
    /// ```
    /// use radsurv_plot::Scale;
    /// let scale = Scale::of([0.3, 9.1, f64::NAN], 5);
    /// assert_eq!(scale.ticks(), [0.0, 2.0, 4.0, 6.0, 8.0]);
    /// ```
    pub fn of(values: impl IntoIterator<Item = f64>, ticks: usize) -> Self {
        let Some([min, max]) = range(values) else { return Self::between(0.0, 1.0, ticks) };
        let room = 0.04 * (max - min);
        Self::between(min - room, max + room, ticks)
    }

    /// A scale between two values. What is no range (the values are equal, in the wrong order or not finite) is made one.
    pub fn between(min: f64, max: f64, ticks: usize) -> Self {
        let [min, max] = proper(min, max);
        let step = round_step((max - min) / ticks.max(1) as f64);
        let first = (min / step - 1e-9).ceil();
        let last = (max / step + 1e-9).floor();
        let count = if (last - first).is_finite() { (last - first).max(-1.0) as usize + 1 } else { 0 };
        // From whole numbers, not by adding the step up: 0.30000000000000004 is no label.
        let ticks = (0..count.min(100)).map(|i| ((first + i as f64) * step).clamp(min, max)).collect();
        Self { min, max, ticks, logarithmic: false }
    }

    /// A scale from 0 up that shows all values, for times and counts.
    pub fn from_zero(values: impl IntoIterator<Item = f64>, ticks: usize) -> Self {
        let max = range(values).map_or(1.0, |[_, max]| max);
        Self::between(0.0, if max > 0.0 { max } else { 1.0 }, ticks)
    }

    /// A scale of ratios, on which 2 is as far from 1 as 0.5 is. Values that are not positive and finite are left out.
    ///
    /// # Example
    /// ```
    /// use radsurv_plot::Scale;
    /// let scale = Scale::logarithmic([0.4, 7.0], 5);
    /// assert_eq!(scale.ticks(), [0.5, 1.0, 2.0, 5.0]);
    /// assert!((scale.fraction(1.0) - 0.35).abs() < 0.05);
    /// ```
    pub fn logarithmic(values: impl IntoIterator<Item = f64>, ticks: usize) -> Self {
        let positive = values.into_iter().filter(|v| *v > 0.0).map(f64::log10);
        let [min, max] = range(positive).map_or([-0.5, 0.5], |[min, max]| proper(min, max));
        let room = 0.04 * (max - min);
        let [min, max] = [min - room, max + room];
        // The finest grid that has no more ticks than wanted.
        let grids: [&[f64]; 3] = [&[1.0, 2.0, 5.0], &[1.0, 3.0], &[1.0]];
        let decades = |digits: &[f64], every: i32| -> Vec<f64> {
            let [first, last] = [min.floor().max(-307.0) as i32, max.ceil().min(307.0) as i32];
            let powers = (first..=last).filter(|power| power.rem_euclid(every) == 0);
            let values = powers.flat_map(|p| digits.iter().map(move |d| d * 10f64.powi(p)));
            values.filter(|v| (min..=max).contains(&v.log10())).collect()
        };
        let [min_value, max_value] = [10f64.powf(min), 10f64.powf(max)];
        let found = grids.iter().map(|digits| decades(digits, 1)).find(|t| t.len() <= ticks.max(1) + 1);
        let ticks_found = found.unwrap_or_else(|| decades(&[1.0], ((max - min) / ticks.max(1) as f64).ceil() as i32));
        if ticks_found.len() < 2 && max - min < 1.0 {
            // So narrow that equal steps serve.
            let linear = Self::between(min_value, max_value, ticks);
            return Self { min, max, ticks: linear.ticks, logarithmic: true };
        }
        Self { min, max, ticks: ticks_found, logarithmic: true }
    }

    /// The smallest value shown.
    pub fn min(&self) -> f64 {
        if self.logarithmic { 10f64.powf(self.min) } else { self.min }
    }

    /// The largest value shown.
    pub fn max(&self) -> f64 {
        if self.logarithmic { 10f64.powf(self.max) } else { self.max }
    }

    /// Where ticks are.
    pub fn ticks(&self) -> &[f64] {
        &self.ticks
    }

    /// The same range with ticks at these places, as far as they are in it.
    #[must_use]
    pub fn with_ticks(mut self, ticks: &[f64]) -> Self {
        let inside = |t: &&f64| (-1e-9..=1.0 + 1e-9).contains(&self.fraction(**t));
        self.ticks = ticks.iter().filter(inside).copied().collect();
        self
    }

    /// The place of a value, 0 at the minimum and 1 at the maximum. A value without a place on a scale of ratios is NaN.
    pub fn fraction(&self, value: f64) -> f64 {
        let value = match value {
            v if !self.logarithmic => v,
            v if v > 0.0 => v.log10(),
            _ => return f64::NAN,
        };
        (value - self.min) / (self.max - self.min)
    }

    /// The label of a tick: as many decimals as the distance of ticks needs.
    pub fn label(&self, tick: f64) -> String {
        if self.logarithmic && self.ticks.len() > 1 {
            return short(tick);
        }
        let step = match self.ticks[..] {
            [a, b, ..] => (b - a).abs(),
            _ => 0.1 * (self.max - self.min),
        };
        let tick = if tick.abs() < step * 1e-9 { 0.0 } else { tick };
        // As few decimals as tell where the ticks are.
        let exact = |decimals: &usize| {
            let unit = 10f64.powi(*decimals as i32);
            self.ticks.iter().all(|t| ((t * unit).round() / unit - t).abs() < 1e-6 * step)
        };
        match (0..=5).find(exact) {
            Some(decimals) if tick.abs() < 1e6 => minus(&format!("{tick:.decimals$}")),
            _ if tick == 0.0 => "0".to_string(),
            _ => {
                let digits = (tick.abs().log10().floor() - step.log10().floor() + 1.0).clamp(0.0, 9.0) as usize;
                let text = format!("{tick:.digits$e}");
                let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
                let mantissa = if mantissa.contains('.') {
                    mantissa.trim_end_matches('0').trim_end_matches('.')
                } else {
                    mantissa
                };
                minus(&format!("{mantissa}e{power}"))
            }
        }
    }
}

fn range(values: impl IntoIterator<Item = f64>) -> Option<[f64; 2]> {
    let finite = values.into_iter().filter(|v| v.is_finite());
    let [min, max] = finite.fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], v| [a.min(v), b.max(v)]);
    (min <= max).then(|| proper(min, max))
}

/// A range that can be divided by.
fn proper(min: f64, max: f64) -> [f64; 2] {
    if !(min.is_finite() && max.is_finite()) {
        return [0.0, 1.0];
    }
    let [min, max] = [min.min(max), max.max(min)].map(|v| v.clamp(-LARGEST, LARGEST));
    let size = min.abs().max(max.abs());
    if max - min > RESOLUTION * size && max - min > f64::MIN_POSITIVE * 1e20 {
        return [min, max];
    }
    let middle = 0.5 * min + 0.5 * max;
    let room = (0.1 * middle.abs()).max(0.5);
    [middle - room, middle + room]
}

/// 1, 2, 2.5 or 5 times a power of ten, not below the step.
fn round_step(step: f64) -> f64 {
    if !(step.is_finite() && step > 0.0) {
        return 1.0;
    }
    let power = 10f64.powf(step.log10().floor());
    let candidates = [1.0, 2.0, 2.5, 5.0, 10.0];
    power * candidates.into_iter().find(|c| c * power >= step * (1.0 - 1e-9)).unwrap_or(10.0)
}

/// A hyphen is no minus sign.
pub(crate) fn minus(number: &str) -> String {
    number.replace('-', "−")
}

/// A number in three digits or so: 0.0123, 1.23, 123, 1.2e6.
pub(crate) fn short(value: f64) -> String {
    let size = value.abs();
    let text = match size {
        _ if !value.is_finite() => "–".to_string(),
        0.0 => "0".to_string(),
        s if !(1e-4..1e6).contains(&s) => format!("{value:.1e}"),
        s => {
            let decimals = (2.0 - s.log10().floor()).clamp(0.0, 6.0) as usize;
            let text = format!("{value:.decimals$}");
            if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
        }
    };
    minus(&text)
}

/// A number with so many decimals; a dash if there is none.
pub(crate) fn fixed(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return "–".to_string();
    }
    let text = format!("{value:.decimals$}");
    let zero = text.trim_start_matches('-').chars().all(|c| c == '0' || c == '.');
    if zero { text.trim_start_matches('-').to_string() } else { minus(&text) }
}

/// An estimate and its limits, if they exist.
pub(crate) fn with_limits(estimate: f64, lower: Option<f64>, upper: Option<f64>, decimals: usize) -> String {
    let write = |v: f64| fixed(v, decimals);
    match (lower.filter(|v| v.is_finite()), upper.filter(|v| v.is_finite())) {
        (Some(lower), Some(upper)) => {
            // A dash between negative numbers reads as another minus.
            let between = if lower < 0.0 || upper < 0.0 { " to " } else { "–" };
            format!("{} ({}{between}{})", write(estimate), write(lower), write(upper))
        }
        _ => write(estimate),
    }
}

/// A p value as journals print it.
pub(crate) fn p_value(p: f64) -> String {
    match p {
        p if !p.is_finite() => "p not available".to_string(),
        p if p < 0.001 => "p < 0.001".to_string(),
        p if p < 0.0995 => format!("p = {p:.3}"),
        p => format!("p = {p:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        let labels = |s: &Scale| s.ticks.iter().map(|&t| s.label(t)).collect::<Vec<_>>();
        assert_eq!(labels(&Scale::between(0.0, 1.0, 5)), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(&Scale::between(-130.0, 120.0, 5)), ["−100", "−50", "0", "50", "100"]);
        assert_eq!(labels(&Scale::between(0.0, 12.0, 5)), ["0.0", "2.5", "5.0", "7.5", "10.0"]);
        assert_eq!(labels(&Scale::between(0.0, 5e6, 5)), ["0", "1e6", "2e6", "3e6", "4e6", "5e6"]);
        assert_eq!(labels(&Scale::between(0.0, 4e-7, 2)), ["0", "2e−7", "4e−7"]);
        assert_eq!(labels(&Scale::logarithmic([0.01, 90.0], 5)), ["0.01", "0.1", "1", "10", "100"]);
        assert_eq!(labels(&Scale::logarithmic([1.2, 1.7], 4)).len(), 3);
    }

    #[test]
    fn numbers_are_written_as_journals_do() {
        assert_eq!([0.0123, 1.5, 123.4, 0.0, -2.0].map(short), ["0.0123", "1.5", "123", "0", "−2"]);
        assert_eq!(
            [0.0004, 0.0314, 0.0996, 0.5, f64::NAN].map(p_value)[..4],
            ["p < 0.001", "p = 0.031", "p = 0.10", "p = 0.50"]
        );
        assert_eq!(with_limits(0.734, Some(0.68), Some(0.79), 2), "0.73 (0.68–0.79)");
        assert_eq!(with_limits(-0.001, Some(-0.2), Some(0.2), 2), "0.00 (−0.20 to 0.20)");
        assert_eq!(with_limits(0.7, None, Some(f64::NAN), 2), "0.70");
    }

    fn any_values() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(prop_oneof![prop::num::f64::ANY, -1e3..1e3f64, 0.0..1.0f64, Just(7.0)], 0..6)
    }

    proptest! {
        #[test]
        fn any_values_have_a_scale(values in any_values(), ticks in 0usize..12) {
            for scale in [Scale::of(values.clone(), ticks), Scale::from_zero(values.clone(), ticks), Scale::logarithmic(values.clone(), ticks)] {
                prop_assert!(scale.max > scale.min);
                prop_assert!(scale.ticks.len() <= 100);
                for pair in scale.ticks.windows(2) {
                    prop_assert!(pair[0] < pair[1], "{scale:?}");
                }
                for &tick in &scale.ticks {
                    prop_assert!((-1e-6..=1.0 + 1e-6).contains(&scale.fraction(tick)), "{scale:?}");
                    prop_assert!(!scale.label(tick).contains("NaN") && scale.label(tick).len() < 24);
                }
            }
        }

        #[test]
        fn values_are_on_their_scale_and_in_order(values in prop::collection::vec(-1e6..1e6f64, 2..6)) {
            let scale = Scale::of(values.clone(), 5);
            for pair in values.windows(2) {
                let [a, b] = [scale.fraction(pair[0]), scale.fraction(pair[1])];
                prop_assert!((0.0..=1.0).contains(&a) && (0.0..=1.0).contains(&b));
                prop_assert!((pair[0] <= pair[1]) == (a <= b) || a == b);
            }
        }
    }
}
