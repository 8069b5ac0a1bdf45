//! The elements of a DICOM object, with access that forgives what scanners get wrong: text where a number is expected,
//! numbers as text, padding, private elements without a type.

use std::collections::BTreeMap;

use dicom_core::Tag;
use dicom_core::value::PrimitiveValue;

/// The value of an element.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Text, numbers or bytes.
    Primitive(PrimitiveValue),
    /// The items of a sequence.
    Items(Vec<Dataset>),
    /// Encapsulated (compressed) pixel data.
    Fragments(Fragments),
}

/// Encapsulated pixel data: the pieces as they lie in the file.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Fragments {
    /// Basic offset table: for each frame the offset of its first fragment; may be empty.
    pub offsets: Vec<u32>,
    /// The fragments in order.
    pub pieces: Vec<Vec<u8>>,
}

/// A data set: the elements of an object or of an item of a sequence.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Dataset {
    elements: BTreeMap<Tag, Value>,
}

impl Dataset {
    pub fn insert(&mut self, tag: Tag, value: Value) {
        self.elements.insert(tag, value);
    }

    pub fn get(&self, tag: Tag) -> Option<&Value> {
        self.elements.get(&tag)
    }

    fn primitive(&self, tag: Tag) -> Option<&PrimitiveValue> {
        match self.get(tag)? {
            Value::Primitive(value) if value.multiplicity() > 0 => Some(value),
            _ => None,
        }
    }

    /// The values of an element as trimmed texts; an element that is absent or empty gives none.
    pub fn texts(&self, tag: Tag) -> Vec<String> {
        let Some(value) = self.primitive(tag) else { return Vec::new() };
        let all = match value {
            // Private elements of implicit files come as bytes.
            PrimitiveValue::U8(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            other => other.to_str().into_owned(),
        };
        let trim = |c: char| c.is_whitespace() || c == '\0';
        if all.trim_matches(trim).is_empty() {
            return Vec::new();
        }
        all.split('\\').map(|text| text.trim_matches(trim).to_string()).collect()
    }

    /// The first value as text, if it is not empty.
    pub fn text(&self, tag: Tag) -> Option<String> {
        self.texts(tag).into_iter().next().filter(|text| !text.is_empty())
    }

    /// The values as numbers; values that are none come as NaN.
    pub fn numbers(&self, tag: Tag) -> Vec<f64> {
        let number = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
        match self.primitive(tag) {
            None => Vec::new(),
            Some(PrimitiveValue::Str(_) | PrimitiveValue::Strs(_) | PrimitiveValue::U8(_)) => {
                self.texts(tag).iter().map(|text| number(text)).collect()
            }
            Some(value) => {
                value.to_multi_float64().unwrap_or_else(|_| self.texts(tag).iter().map(|text| number(text)).collect())
            }
        }
    }

    /// The first value as a finite number.
    pub fn number(&self, tag: Tag) -> Option<f64> {
        self.numbers(tag).first().copied().filter(|n| n.is_finite())
    }

    /// The first `N` values, all finite.
    pub fn vector<const N: usize>(&self, tag: Tag) -> Option<[f64; N]> {
        let values = self.numbers(tag);
        let vector: [f64; N] = values.get(..N)?.try_into().ok()?;
        vector.iter().all(|v| v.is_finite()).then_some(vector)
    }

    /// The first value as a whole number.
    pub fn integer(&self, tag: Tag) -> Option<i64> {
        self.number(tag).filter(|n| n.fract() == 0.0 && n.abs() < 9e15).map(|n| n as i64)
    }

    /// The first value as a size.
    pub fn size(&self, tag: Tag) -> Option<usize> {
        self.integer(tag).and_then(|n| usize::try_from(n).ok())
    }

    /// The items of a sequence; none if there is no such sequence.
    pub fn items(&self, tag: Tag) -> &[Dataset] {
        match self.get(tag) {
            Some(Value::Items(items)) => items,
            _ => &[],
        }
    }

    /// The first item of a sequence.
    pub fn item(&self, tag: Tag) -> Option<&Dataset> {
        self.items(tag).first()
    }

    /// The raw bytes of a private element, little-endian.
    pub fn bytes(&self, tag: Tag) -> Option<Vec<u8>> {
        self.primitive(tag).map(|value| value.to_bytes().into_owned())
    }

    /// A private element: `group`, the name of its creator, and the last byte of its element number. The creator
    /// reserves a block (PS3.5 section 7.8.1), which need not be the usual 0x10.
    pub fn private(&self, group: u16, creator: &str, element: u8) -> Option<Tag> {
        (0x10..=0xffu16).find_map(|block| {
            let name = self.text(Tag(group, block))?;
            (name.eq_ignore_ascii_case(creator)).then(|| Tag(group, block << 8 | u16::from(element)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dicom_dictionary_std::tags;

    #[test]
    fn numbers_and_texts_in_the_forms_scanners_use() {
        let mut set = Dataset::default();
        let text = |s: &str| Value::Primitive(PrimitiveValue::from(s));
        set.insert(tags::PIXEL_SPACING, text(" 0.5 \\ 0.70 "));
        set.insert(tags::SLICE_THICKNESS, text(""));
        set.insert(tags::RESCALE_SLOPE, text("none"));
        set.insert(tags::ROWS, Value::Primitive(PrimitiveValue::from(512u16)));
        set.insert(Tag(0x19, 0x10), Value::Primitive(PrimitiveValue::U8(b"SIEMENS MR HEADER ".as_slice().into())));
        set.insert(Tag(0x19, 0x100c), Value::Primitive(PrimitiveValue::U8(b"1000 ".as_slice().into())));
        assert_eq!(set.vector::<2>(tags::PIXEL_SPACING), Some([0.5, 0.7]));
        assert_eq!(set.vector::<3>(tags::PIXEL_SPACING), None);
        assert_eq!(set.number(tags::SLICE_THICKNESS), None);
        assert_eq!(set.number(tags::RESCALE_SLOPE), None);
        assert_eq!(set.size(tags::ROWS), Some(512));
        let tag = set.private(0x19, "SIEMENS MR HEADER", 0x0c).unwrap();
        assert_eq!(set.number(tag), Some(1000.0));
        assert_eq!(set.private(0x19, "GEMS", 0x0c), None);
    }
}
