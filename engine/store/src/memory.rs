//! A store in memory: for tests, scenarios and `peygir run`.
