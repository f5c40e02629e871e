//! Keys of rows: prefixes and how numbers sort.
