//! Hands Tauri the list of our commands, so that each is refused unless a capability names it.

use std::path::Path;

/// The commands of the contract.
macro_rules! names {
    ($($(#[doc = $doc:literal])* $name:ident($($arg:ident: $type:ty),* $(,)?) -> $answer:ty;)*) => {
        &[$(stringify!($name)),*]
    };
}
const OF_THE_CONTRACT: &[&str] = carillon_contract::with_commands!(names);

/// What the app adds to them: a channel is no value of the contract.
const OWN: [&str; 1] = ["listen"];

const UI: &str = "../ui/dist";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=../capabilities");
    println!("cargo::rerun-if-changed={UI}");
    if !Path::new(UI).join("index.html").exists() {
        // Checks and tests need no UI, but Tauri takes in a folder that is there.
        std::fs::create_dir_all(UI)?;
        println!(
            "cargo::warning=The UI is not built, so the window stays empty. Run: npm --prefix ui ci && npm --prefix ui run build"
        );
    }
    let commands: Vec<&'static str> = OF_THE_CONTRACT.iter().chain(&OWN).copied().collect();
    // The manifest takes a slice that lives as long as the program, which here is the build.
    let manifest = tauri_build::AppManifest::new().commands(Vec::leak(commands));
    let attributes = tauri_build::Attributes::new()
        .app_manifest(manifest)
        .capabilities_path_pattern("../capabilities/*.json");
    Ok(tauri_build::try_build(attributes)?)
}
