//! What the tests of the whole system share. Each test program beside this library names what it proves.

pub mod browser;
pub mod bytes;
pub mod citizen;
pub mod client;
pub mod conformance;
pub mod desk;
pub mod dice;
pub mod faults;
pub mod figures;
pub mod gateway;
pub mod history;
pub mod ledger;
pub mod noon;
pub mod offices;
pub mod peers;
pub mod samad;
pub mod server;
pub mod story;
pub mod town;
