//! Opens the app's demo on a desktop that nobody sees, waits until live prices are drawn, and writes a picture of it.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "A command-line tool speaks by printing"
)]

use std::process::ExitCode;

#[cfg(target_os = "linux")]
mod demo {
    use std::path::PathBuf;

    use anyhow::Result;
    use carillon_window_tests::app::App;
    use carillon_window_tests::desktop::Desktop;
    use carillon_window_tests::display::Size;
    use carillon_window_tests::window::Window;
    use clap::Parser;

    /// The screen has the size that the app's window asks for.
    const SCREEN: Size = (1280, 800);

    #[derive(Parser)]
    pub(crate) struct Arguments {
        /// The app's program.
        #[arg(long)]
        app: PathBuf,
        /// The file that the picture is written to.
        #[arg(long)]
        picture: PathBuf,
    }

    pub(crate) async fn show(arguments: Arguments) -> Result<()> {
        let desktop = Desktop::without_keyring(SCREEN).await?;
        let app = App {
            program: arguments.app,
            arguments: vec![String::from("--demo")],
            variables: Vec::new(),
        };
        let seen = async {
            let window = desktop.open(&app).await?;
            live_prices(&window).await?;
            window.painted().await?;
            desktop.display.picture(&arguments.picture)?;
            window.quit().await
        };
        match seen.await {
            Ok(()) => {
                println!("The window shows live prices: {}", arguments.picture.display());
                desktop.end().await
            }
            Err(error) => Err(desktop.with_picture(error, &arguments.picture)),
        }
    }

    /// Goes to the first market and waits until its price has moved before the eyes of whoever looks.
    async fn live_prices(window: &Window) -> Result<()> {
        // The page of the first account is its list of markets.
        window.click("link", "GuessLyfe").await?;
        window.click_on("a market", FIRST_MARKET, &[]).await?;
        let price = window.wait_for("a price", PRICE, &[]).await?;
        println!(
            "The first market's price: YES {}.",
            price.as_str().unwrap_or_default()
        );
        let moved = format!("((now) => now !== arguments[0] && now)({PRICE})");
        let price = window.wait_for("the price to move", &moved, &[price]).await?;
        println!("It moved: YES {}.", price.as_str().unwrap_or_default());
        window.wait_for("the price to be live", LIVE, &[]).await?;
        Ok(())
    }

    const FIRST_MARKET: &str = r#"[...document.querySelectorAll("main th a")].find(isSeen)"#;

    /// A mark of its own: a heading says Live, too.
    const LIVE: &str = r#"[...document.querySelectorAll("main *")].some((one) => isSeen(one) && tidy(one.textContent) === "Live")"#;

    const PRICE: &str = r#"/\bYES\s+(\d[.]\d+)/.exec(document.querySelector("main").innerText)?.[1]"#;
}

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    use clap::Parser as _;

    let arguments = demo::Arguments::parse();
    let shown = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(demo::show(arguments)));
    match shown {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("virtual-demo: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("virtual-demo: a desktop that nobody sees is made on Linux only");
    ExitCode::FAILURE
}
