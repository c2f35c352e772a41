//! What the system knows of this process.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::Found;

/// Linux counts processor time in these.
const TICK: Duration = Duration::from_millis(10);

/// Processor time so far.
fn cpu() -> Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").context("Read the process's times")?;
    // The name of the program, in parentheses, may hold blanks.
    let (_, rest) = stat.rsplit_once(')').context("Read the process's times")?;
    let mut fields = rest.split_whitespace().skip(11);
    let mut ticks = || -> Result<u32> { Ok(fields.next().context("Too few fields")?.parse()?) };
    Ok(TICK * (ticks()? + ticks()?))
}

/// The most memory so far, in KiB.
fn peak() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status").context("Read the process's memory")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line
        .and_then(|line| line.trim().strip_suffix("kB"))
        .context("No VmHWM")?;
    Ok(kib.trim().parse()?)
}

/// Counts events and what they cost, from the first to the last.
#[derive(Debug)]
pub struct Meter {
    connect: Duration,
    begun: Option<(Instant, Duration)>,
    taken: usize,
    wanted: usize,
    done: Option<(Duration, Duration)>,
}

impl Meter {
    /// One that waits for this many events; connecting took this long.
    #[must_use]
    pub fn new(connect: Duration, wanted: usize) -> Self {
        Self {
            connect,
            begun: None,
            taken: 0,
            wanted,
            done: None,
        }
    }

    /// One event came; tells whether it was the last.
    ///
    /// # Errors
    /// Where the system does not say what the process used.
    pub fn take(&mut self) -> Result<bool> {
        let (begun, cpu_before) = match self.begun {
            Some(begun) => begun,
            None => *self.begun.insert((Instant::now(), cpu()?)),
        };
        self.taken += 1;
        if self.taken == self.wanted {
            self.done = Some((begun.elapsed(), cpu()?.saturating_sub(cpu_before)));
        }
        Ok(self.taken >= self.wanted)
    }

    /// What was found, with how long each answer took, in microseconds.
    ///
    /// # Errors
    /// Where events are missing, or the system does not say what the process used.
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
    pub fn found(self, mut answers: Vec<f64>) -> Result<Found> {
        let (took, cpu) = self.done.context("The events did not all come")?;
        let events = self.wanted as f64;
        Ok(Found {
            connect_ms: self.connect.as_secs_f64() * 1e3,
            events_per_s: events / took.as_secs_f64(),
            cpu_us_per_event: cpu.as_secs_f64() * 1e6 / events,
            peak_kib: peak()?,
            ack_p50_us: crate::percentile(&mut answers, 0.5),
            ack_p99_us: crate::percentile(&mut answers, 0.99),
        })
    }
}
