//! How large a value is, counted over all that it holds: the measure behind every size limit that rhai does not keep.

use rhai::Dynamic;

use crate::limits::{ARRAY_ITEMS_MAX, MAP_ENTRIES_MAX, STRING_BYTES_MAX};

/// Sums over a value and everything in it.
#[derive(Debug, Default)]
pub(crate) struct Size {
    /// Strings and keys of maps.
    pub string_bytes: usize,
    pub items: usize,
    pub entries: usize,
}

impl Size {
    pub fn of(value: &Dynamic) -> Self {
        let mut size = Self::default();
        size.add(value);
        size
    }

    pub fn fits(&self) -> bool {
        self.string_bytes <= STRING_BYTES_MAX && self.items <= ARRAY_ITEMS_MAX && self.entries <= MAP_ENTRIES_MAX
    }

    pub fn add(&mut self, value: &Dynamic) {
        if let Ok(text) = value.as_immutable_string_ref() {
            self.string_bytes += text.len();
        } else if let Ok(items) = value.as_array_ref() {
            self.items += items.len();
            items.iter().for_each(|item| self.add(item));
        } else if let Ok(map) = value.as_map_ref() {
            self.entries += map.len();
            for (key, member) in map.iter() {
                self.string_bytes += key.len();
                self.add(member);
            }
        }
    }
}
