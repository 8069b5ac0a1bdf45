//! What a split gains.
//!
//! With the sums *G* and *H* of first and second derivatives of the cases of a node, the weight that lowers the penalised loss
//! most is *w = -T(G) / (H + lambda)*, *T* moving *G* towards 0 by *alpha*, and lowers it by half of *T(G)^2 / (H + lambda)*. A
//! split gains the sum of that over its two sides less that of the node.
//!
//! Derivatives are single precision, their sums double, gains single: those of XGBoost, so that candidates that are equal for it
//! are equal here, and the first feature is taken.
//!
//! Source: Chen and Guestrin: XGBoost: a scalable tree boosting system, KDD 2016, equations 5-7.

/// Sums of first and second derivatives.
pub(super) type Sums = [f64; 2];

#[inline(always)]
pub(super) fn less(a: Sums, b: Sums) -> Sums {
    [a[0] - b[0], a[1] - b[1]]
}

/// Limits of the weights below a node, from monotone splits above it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds {
    pub(super) lower: f32,
    pub(super) upper: f32,
}

impl Bounds {
    pub(super) const NONE: Self = Self { lower: f32::NEG_INFINITY, upper: f32::INFINITY };
}

/// What holds weights back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Penalties {
    pub(super) lambda: f64,
    pub(super) alpha: f64,
    pub(super) max_delta_step: f64,
    pub(super) min_child_weight: f64,
    /// Whether any feature is monotone.
    pub(super) monotone: bool,
}

impl Penalties {
    /// Whether gains need no weights.
    pub(super) fn plain(&self) -> bool {
        self.max_delta_step == 0.0 && !self.monotone
    }

    #[inline(always)]
    fn threshold(&self, g: f64) -> f64 {
        (g.abs() - self.alpha).max(0.0).copysign(g)
    }

    /// The best weight of a node.
    #[inline(always)]
    pub(super) fn weight(&self, [g, h]: Sums, bounds: Bounds) -> f32 {
        let mut weight =
            if h < self.min_child_weight || h <= 0.0 { 0.0 } else { -self.threshold(g) / (h + self.lambda) };
        if self.max_delta_step != 0.0 {
            weight = weight.clamp(-self.max_delta_step, self.max_delta_step);
        }
        (weight as f32).max(bounds.lower).min(bounds.upper)
    }

    #[inline(always)]
    fn gain_of_weight(&self, [g, h]: Sums, weight: f32) -> f32 {
        let (g, h) = (g as f32, h as f32);
        -(2.0 * g * weight + (h + self.lambda as f32) * (weight * weight))
    }

    /// Twice what a node's weight lowers the loss by.
    #[inline(always)]
    pub(super) fn gain<const PLAIN: bool>(&self, sums: Sums, bounds: Bounds) -> f32 {
        let gain = if PLAIN {
            let t = self.threshold(sums[0]);
            (t * t) as f32 / (sums[1] + self.lambda) as f32
        } else {
            self.gain_of_weight(sums, self.weight(sums, bounds))
        };
        if sums[1] <= 0.0 { 0.0 } else { gain }
    }

    /// As [`gain_of_split`](Self::gain_of_split), for one candidate at a time.
    pub(super) fn gain_of_one(&self, left: Sums, right: Sums, bounds: Bounds, rising: f32) -> f32 {
        match self.plain() {
            true => self.gain_of_split::<true>(left, right, bounds, rising),
            false => self.gain_of_split::<false>(left, right, bounds, rising),
        }
    }

    /// The gain of both sides, minus infinity where a side is too light or the weights are in the wrong order: `rising` is 1
    /// where the right one must be at least the left one, -1 where at most, else 0.
    #[inline(always)]
    pub(super) fn gain_of_split<const PLAIN: bool>(&self, left: Sums, right: Sums, bounds: Bounds, rising: f32) -> f32 {
        let mut gain = self.gain::<PLAIN>(left, bounds) + self.gain::<PLAIN>(right, bounds);
        if !PLAIN {
            let difference = self.weight(right, bounds) - self.weight(left, bounds);
            if difference * rising < 0.0 {
                gain = f32::NEG_INFINITY;
            }
        }
        let light = left[1] < self.min_child_weight || right[1] < self.min_child_weight;
        if light { f32::NEG_INFINITY } else { gain }
    }
}

/// A node to be split, or not.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// Its place in the tree.
    pub(super) node: usize,
    /// Its cases, from the first place to before the second in the cases of the level.
    pub(super) cases: std::ops::Range<usize>,
    pub(super) sums: Sums,
    pub(super) gain: f32,
    pub(super) bounds: Bounds,
    /// The place of the node it came from in the level above; the two sides of one follow each other.
    pub(super) parent: usize,
}

/// The best split of a node among some features.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Best {
    pub(super) gain: f32,
    pub(super) feature: usize,
    /// Cases with a smaller value are on the left.
    pub(super) threshold: f32,
    pub(super) missing_left: bool,
    pub(super) left: Sums,
    pub(super) right: Sums,
}

impl Best {
    pub(super) const NONE: Self =
        Self { gain: 0.0, feature: usize::MAX, threshold: 0.0, missing_left: true, left: [0.0; 2], right: [0.0; 2] };

    /// The better of two; of equal ones that of the first feature, so that it does not matter who looked at which.
    pub(super) fn or(self, other: Self) -> Self {
        let better = other.gain > self.gain || (other.gain == self.gain && other.feature < self.feature);
        if better && other.gain.is_finite() { other } else { self }
    }
}

/// What looks for splits.
pub(super) trait Finder {
    /// The best split of each node of a level, with the features that are `allowed` in it. `first` if it is the root.
    fn find(&mut self, level: &Level) -> Vec<Best>;
}

/// The nodes of a level.
pub(super) struct Level<'a> {
    pub(super) candidates: &'a [Candidate],
    /// The cases of all of them, node by node.
    pub(super) cases: &'a [u32],
    /// First and second derivatives of all cases.
    pub(super) derivatives: &'a [[f32; 2]],
    pub(super) penalties: &'a Penalties,
    /// For each feature 1 if weights must rise with it, -1 if they must fall, else 0.
    pub(super) rising: &'a [f32],
    /// Whether a feature may be used in a node: by place of the node, then feature; empty if all may.
    pub(super) allowed: &'a [Vec<bool>],
    /// Whether it is the first one of a tree, and whether the last one.
    pub(super) first: bool,
    pub(super) last: bool,
}

impl Level<'_> {
    pub(super) fn allows(&self, node: usize, feature: usize) -> bool {
        self.allowed.get(node).is_none_or(|allowed| allowed[feature])
    }
}
