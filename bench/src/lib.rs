//! What the clients that are measured have in common. Each is a program of its own, so that none carries what another
//! needs: `cargo xtask bench` starts a server and one client after the other, and reads the line of JSON that each
//! client prints.
#![expect(clippy::print_stdout, reason = "what is measured is printed")]

mod process;

use std::str::FromStr;

use anyhow::{Context as _, Result};
pub use process::Meter;
use serde::Serialize;
use url::Url;

/// What a client does.
#[derive(Debug)]
pub struct Work {
    /// Where the server is.
    pub url: Url,
    /// How many events it is to ask for.
    pub events: usize,
    /// How many questions it is to ask, one after the other.
    pub questions: usize,
}

impl Work {
    /// Reads the arguments of the program: the URL, how many events, how many questions.
    ///
    /// # Errors
    /// Where one is missing or is no number.
    pub fn asked() -> Result<Self> {
        Ok(Self {
            url: argument(1)?,
            events: argument(2)?,
            questions: argument(3)?,
        })
    }
}

/// An argument of the program.
///
/// # Errors
/// Where it is missing, or can't be read as what it should be.
pub fn argument<T: FromStr>(position: usize) -> Result<T>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let argument = std::env::args().nth(position);
    let argument = argument.with_context(|| format!("Argument {position} is missing"))?;
    argument
        .parse()
        .with_context(|| format!("Argument {position} is wrong"))
}

/// What a client found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    /// From the first step to the server's welcome, in milliseconds.
    connect_ms: f64,
    /// From the first event to the last.
    events_per_s: f64,
    /// Processor time of the process from the first event to the last, in microseconds.
    cpu_us_per_event: f64,
    /// The most memory the process ever held, in KiB.
    peak_kib: u64,
    /// The middle and the worst hundredth of the questions, in microseconds; zero where none was asked.
    ack_p50_us: f64,
    ack_p99_us: f64,
}

impl Found {
    /// Prints it as one line of JSON.
    ///
    /// # Errors
    /// Where it can't be written as JSON.
    pub fn print(&self) -> Result<()> {
        println!("{}", serde_json::to_string(self)?);
        Ok(())
    }
}

/// The value below which this share of them lies.
fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index into a short list"
    )]
    let index = ((values.len() as f64 - 1.0) * share).round().max(0.0) as usize;
    values.get(index).copied().unwrap_or_default()
}
