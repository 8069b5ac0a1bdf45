//! Linear combinations of coefficients, by text.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A combination of coefficients, such as the difference of two groups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contrast {
    /// Its name, as it appears in tables.
    pub name: String,
    /// What each coefficient of the design is multiplied with.
    pub weights: Vec<f64>,
}

impl Contrast {
    /// A contrast from text: names of coefficients, numbers, `+ - * /` and parentheses. Its name is the text.
    ///
    /// A name begins with a letter, `_` or `.`, and goes on with these, digits, `=` and `:`. Any other one, as of a group
    /// called `3` or `III-IV`, is written in backticks. Text that is a name as a whole is that coefficient.
    ///
    /// # Errors
    /// [`Error::Contrast`] at what is none of these, a name that is no coefficient, a product or quotient that is not linear,
    /// a constant beside coefficients, if no coefficient is left, and if the text has two meanings, as `A-B` has beside
    /// coefficients `A`, `B` and `A-B`.
    ///
    /// # Example
    /// ```
    /// use radsurv_genomics::differential::Contrast;
    /// let names = ["A", "B", "C", "3"].map(String::from);
    /// assert_eq!(Contrast::parse("(B + C)/2 - A", &names)?.weights, [-1.0, 0.5, 0.5, 0.0]);
    /// assert_eq!(Contrast::parse("`3` - A", &names)?.weights, [-1.0, 0.0, 0.0, 1.0]);
    /// assert!(Contrast::parse("A - D", &names).unwrap_err().to_string().contains("there are A, B, C, 3"));
    /// # Ok::<(), radsurv_genomics::Error>(())
    /// ```
    pub fn parse(text: &str, names: &[String]) -> Result<Self> {
        let whole = names.iter().position(|name| name == text.trim());
        let parsed = Parser { text, rest: text, names, depth: 0 }.all();
        let weights = match (whole, parsed) {
            (Some(place), parsed) => {
                let only: Vec<f64> = (0..names.len()).map(|i| f64::from(u8::from(i == place))).collect();
                if parsed.is_ok_and(|weights| weights != only) {
                    let what = "is a coefficient and a combination of others: write names in backticks".to_string();
                    return Err(Error::Contrast { text: text.to_string(), what });
                }
                only
            }
            (None, parsed) => parsed?,
        };
        Ok(Self { name: text.trim().to_string(), weights })
    }

    /// The same under another name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }
}

/// Weights of coefficients, and what is added.
struct Linear {
    weights: Vec<f64>,
    constant: f64,
}

impl Linear {
    fn is_number(&self) -> bool {
        self.weights.iter().all(|w| *w == 0.0)
    }

    fn times(mut self, by: f64) -> Self {
        self.weights.iter_mut().for_each(|w| *w *= by);
        self.constant *= by;
        self
    }

    fn plus(mut self, other: Self) -> Self {
        self.weights.iter_mut().zip(other.weights).for_each(|(w, o)| *w += o);
        self.constant += other.constant;
        self
    }
}

struct Parser<'a> {
    text: &'a str,
    rest: &'a str,
    names: &'a [String],
    depth: usize,
}

impl<'a> Parser<'a> {
    fn bad<T>(&self, what: impl Into<String>) -> Result<T> {
        Err(Error::Contrast { text: self.text.to_string(), what: what.into() })
    }

    fn next(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        self.rest.chars().next()
    }

    fn takes(&mut self, c: char) -> bool {
        let found = self.next() == Some(c);
        if found {
            self.rest = &self.rest[c.len_utf8()..];
        }
        found
    }

    fn all(mut self) -> Result<Vec<f64>> {
        let sum = self.sum()?;
        if let Some(c) = self.next() {
            return self.bad(format!("has {c:?} where its end or an operator is expected"));
        }
        if let Some(weight) = sum.weights.iter().find(|w| !w.is_finite()) {
            return self.bad(format!("gives a coefficient the weight {weight}"));
        }
        if sum.is_number() {
            let what = "has no coefficient, or takes each away again; a name that is a number is written in backticks: `3` - `1`";
            return self.bad(what);
        }
        if sum.constant != 0.0 {
            let what = format!(
                "adds the constant {} to coefficients; a name that is a number is written in backticks",
                sum.constant
            );
            return self.bad(what);
        }
        Ok(sum.weights)
    }

    fn sum(&mut self) -> Result<Linear> {
        let mut sum = self.product()?;
        loop {
            if self.takes('+') {
                sum = sum.plus(self.product()?);
            } else if self.takes('-') {
                sum = sum.plus(self.product()?.times(-1.0));
            } else {
                return Ok(sum);
            }
        }
    }

    fn product(&mut self) -> Result<Linear> {
        let mut product = self.factor()?;
        loop {
            if self.takes('*') {
                let other = self.factor()?;
                product = match (product.is_number(), other.is_number()) {
                    (_, true) => product.times(other.constant),
                    (true, false) => other.times(product.constant),
                    _ => return self.bad("multiplies coefficients with each other"),
                };
            } else if self.takes('/') {
                let other = self.factor()?;
                if !other.is_number() {
                    return self.bad("divides by a coefficient");
                }
                if other.constant == 0.0 {
                    return self.bad("divides by 0");
                }
                let by = other.constant;
                product.weights.iter_mut().for_each(|w| *w /= by);
                product.constant /= by;
            } else {
                return Ok(product);
            }
        }
    }

    fn factor(&mut self) -> Result<Linear> {
        let Some(c) = self.next() else { return self.bad("ends where a name or a number is expected") };
        match c {
            '+' | '-' | '(' => {
                self.depth += 1;
                if self.depth > 100 {
                    return self.bad("is nested too deeply");
                }
                self.rest = &self.rest[1..];
                let inner = match c {
                    '+' => self.factor()?,
                    '-' => self.factor()?.times(-1.0),
                    _ => {
                        let inner = self.sum()?;
                        if !self.takes(')') {
                            return self.bad("has a parenthesis that is not closed");
                        }
                        inner
                    }
                };
                self.depth -= 1;
                Ok(inner)
            }
            '`' => {
                let Some(end) = self.rest[1..].find('`') else { return self.bad("has a backtick that is not closed") };
                let name = &self.rest[1..=end];
                self.rest = &self.rest[end + 2..];
                self.coefficient(name)
            }
            _ if c.is_ascii_digit() || (c == '.' && self.rest[1..].starts_with(|d: char| d.is_ascii_digit())) => {
                let digits = self.rest.find(|d: char| !d.is_ascii_digit() && d != '.').unwrap_or(self.rest.len());
                let (number, rest) = self.rest.split_at(digits);
                if rest.starts_with(is_of_name) {
                    return self.bad("has a name that begins with a digit: write it in backticks");
                }
                let Ok(constant) = number.parse() else {
                    return self.bad(format!("has {number:?}, which is no number"));
                };
                self.rest = rest;
                Ok(Linear { weights: vec![0.0; self.names.len()], constant })
            }
            _ if is_of_name(c) && c != '=' && c != ':' => {
                let end = self.rest.find(|d: char| !is_of_name(d)).unwrap_or(self.rest.len());
                let (name, rest) = self.rest.split_at(end);
                self.rest = rest;
                self.coefficient(name)
            }
            _ => self.bad(format!("has {c:?} where a name or a number is expected")),
        }
    }

    fn coefficient(&self, name: &str) -> Result<Linear> {
        let Some(place) = self.names.iter().position(|n| n == name) else {
            let known = radsurv_data::list(self.names);
            return self.bad(format!("has {name:?}, which is no coefficient; there are {known}"));
        };
        let weights = (0..self.names.len()).map(|i| f64::from(u8::from(i == place))).collect();
        Ok(Linear { weights, constant: 0.0 })
    }
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '=' | ':')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names() -> Vec<String> {
        ["A", "B", "sex=male", "III-IV", "3", "A-B", "x y"].map(String::from).to_vec()
    }

    fn weights(text: &str) -> Vec<f64> {
        Contrast::parse(text, &names()).unwrap_or_else(|e| panic!("{e}")).weights
    }

    #[test]
    fn names_of_all_kinds() {
        assert_eq!(weights(" A - B "), [1.0, -1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(weights("III-IV"), [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
        assert_eq!(weights("x y"), [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
        assert_eq!(weights("2*sex=male - (-`A-B` + .5)/0.5 + 1"), [0.0, 0.0, 2.0, 0.0, 0.0, 2.0, 0.0]);
        assert_eq!(weights("A*2*3/6"), [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn what_is_no_contrast_is_explained() {
        for (text, what) in [
            ("", "ends where"),
            ("A -", "ends where"),
            ("A - A", "no coefficient"),
            ("3 - 1", "no coefficient"),
            ("A - 1", "adds the constant -1"),
            ("A B", "'B' where its end"),
            ("(A - B", "not closed"),
            ("`A", "not closed"),
            ("A * B", "multiplies"),
            ("1 / A", "divides by a coefficient"),
            ("A / 0", "divides by 0"),
            ("A-B", "two"),
            ("2A", "begins with a digit"),
            ("1.2.3 * A", "no number"),
            ("A & B", "'&'"),
        ] {
            let error = Contrast::parse(text, &names()).unwrap_err().to_string();
            let found = error.contains(what) || (text == "A-B" && error.contains("backticks"));
            assert!(found, "{text}: {error}");
        }
        assert!(Contrast::parse(&("(".repeat(100_000) + "A"), &names()).is_err());
        assert!(Contrast::parse(&("-".repeat(100_000) + "A"), &names()).is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[-+*/()`. AB3=é0-9e]{0,30}") {
            let _ = Contrast::parse(&text, &names());
        }

        #[test]
        fn combinations_are_linear(a in -9..9i32, b in -9..9i32, by in 1..9i32) {
            prop_assume!(a != 0 || b != 0);
            let found = weights(&format!("({a}*A + {b} * B) / {by}"));
            prop_assert_eq!(&found[..2], &[f64::from(a) / f64::from(by), f64::from(b) / f64::from(by)]);
        }
    }
}
