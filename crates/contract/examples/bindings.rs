//! Prints the TypeScript bindings; `cargo xtask bindings` runs it.
#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

fn main() {
    print!("{}", carillon_contract::typescript::module());
}
