//! cargo xtask: test, check, bindings, schema and the rest.

fn main() {}
