//! Prints the schema; `cargo xtask schema` runs it.
#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), carillon_store::StoreError> {
    print!("{}", carillon_store::schema::text().await?);
    Ok(())
}
