//! The YAML tests that lie beside a script (`*.test.yaml`): a list of rows `{name, req, now, args, expect}`.
