//! Has cargo look at the migrations: `sqlx::migrate!` reads them when the crate is built, but cargo does not
//! know that a new file is one of its sources.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
