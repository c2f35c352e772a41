//! Carillon's engine without a window.

fn main() {}
