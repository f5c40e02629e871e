//! What the tests of the whole system share. Each test program beside this library names what it proves.

pub mod peers;
