//! Rectangles, and what lies in them.

/// A rectangle of a drawing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    /// Its left edge.
    pub left: f64,
    /// Its upper edge.
    pub top: f64,
    /// Its right edge.
    pub right: f64,
    /// Its lower edge.
    pub bottom: f64,
}

impl Rect {
    /// Its width.
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Its height.
    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// A rectangle with this much more on each side.
    pub fn grown(&self, by: f64) -> Self {
        Self { left: self.left - by, top: self.top - by, right: self.right + by, bottom: self.bottom + by }
    }

    /// Whether two rectangles have a common area.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    /// Whether a straight line runs through it (Liang and Barsky's clipping).
    pub fn is_crossed(&self, from: [f64; 2], to: [f64; 2]) -> bool {
        self.clip(from, to).is_some()
    }

    /// The part of a straight line inside, if there is one.
    pub fn clip(&self, from: [f64; 2], to: [f64; 2]) -> Option<[[f64; 2]; 2]> {
        let [dx, dy] = [to[0] - from[0], to[1] - from[1]];
        let edges = [
            (-dx, from[0] - self.left),
            (dx, self.right - from[0]),
            (-dy, from[1] - self.top),
            (dy, self.bottom - from[1]),
        ];
        let (mut enter, mut leave) = (0.0f64, 1.0f64);
        for (slope, room) in edges {
            if slope == 0.0 {
                if room.is_nan() || room < 0.0 {
                    return None;
                }
            } else if slope < 0.0 {
                enter = enter.max(room / slope);
            } else {
                leave = leave.min(room / slope);
            }
        }
        let at = |t: f64| [from[0] + t * dx, from[1] + t * dy];
        (enter <= leave && enter.is_finite() && leave.is_finite())
            .then(|| [if enter == 0.0 { from } else { at(enter) }, if leave == 1.0 { to } else { at(leave) }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_clipped_where_they_leave() {
        let rect = Rect { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };
        assert_eq!(rect.clip([-5.0, 5.0], [5.0, 5.0]), Some([[0.0, 5.0], [5.0, 5.0]]));
        assert_eq!(rect.clip([1.0, 2.0], [3.0, 4.0]), Some([[1.0, 2.0], [3.0, 4.0]]));
        assert_eq!(rect.clip([-5.0, 11.0], [5.0, 11.0]), None);
        assert!(rect.is_crossed([-1.0, -1.0], [11.0, 11.0]));
        assert!(!rect.is_crossed([-1.0, 9.5], [2.0, 12.5]));
    }
}
