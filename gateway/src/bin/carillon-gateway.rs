//! `carillon-gateway`.

fn main() {}
