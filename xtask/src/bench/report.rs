//! What was measured, as tables with ratios.

use std::fmt::Write as _;

use super::back::Back;
use super::socket::{Client, Found, Rounds};

/// A figure of a client: its name, how it is read, and whether more of it is better.
struct Figure {
    name: &'static str,
    of: fn(&Found) -> f64,
    decimals: usize,
}

const FIGURES: [Figure; 6] = [
    Figure {
        name: "events/s",
        of: |found| found.events_per_s,
        decimals: 0,
    },
    Figure {
        name: "CPU, µs/event",
        of: |found| found.cpu_us_per_event,
        decimals: 2,
    },
    Figure {
        name: "peak memory, MiB",
        of: |found| found.peak_kib / 1024.0,
        decimals: 1,
    },
    Figure {
        name: "connect, ms",
        of: |found| found.connect_ms,
        decimals: 1,
    },
    Figure {
        name: "ack p50, µs",
        of: |found| found.ack_p50_us,
        decimals: 0,
    },
    Figure {
        name: "ack p99, µs",
        of: |found| found.ack_p99_us,
        decimals: 0,
    },
];

/// What is aimed at: a ratio to the official client that a figure must not miss.
struct Aim {
    /// The place of the server among what was measured.
    server: usize,
    figure: &'static str,
    /// What the ratio may be at the least, or at the most.
    bound: Bound,
}

#[derive(Clone, Copy)]
enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Bound {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
        }
    }
}

const AIMS: [Aim; 4] = [
    Aim {
        server: 0,
        figure: "events/s",
        bound: Bound::AtLeast(2.0),
    },
    Aim {
        server: 0,
        figure: "CPU, µs/event",
        bound: Bound::AtMost(0.5),
    },
    Aim {
        server: 0,
        figure: "peak memory, MiB",
        bound: Bound::AtMost(0.1),
    },
    Aim {
        server: 1,
        figure: "ack p50, µs",
        bound: Bound::AtMost(1.0),
    },
];

/// The time within which 95 of 100 connections shall be back, in milliseconds.
const BACK_P95_MS: f64 = 1_700.0;

pub(super) fn text(machine: &str, measured: &[Rounds], back: &[Back]) -> String {
    let mut text = format!(
        "# Benchmarks\n\nWritten by `cargo xtask bench socket`: everything in one run on one machine, turn by turn. \
         Each figure is the middle of all rounds, with the least and the most of them. What counts is the ratio to the \
         official client.\n\nThe machine: {machine}.\n",
    );
    aims(&mut text, measured, back);
    for rounds in measured {
        let _ = write!(text, "\n## Against {}\n\n", rounds.server);
        table(&mut text, rounds);
    }
    let _ = write!(
        text,
        "\n## Back after the server was away for 300 ms\n\n| client | times | p50, ms | p95, ms |\n|---|---|---|---|\n"
    );
    for back in back {
        let (p50, p95) = (share(&back.took_ms, 0.5), share(&back.took_ms, 0.95));
        let _ = writeln!(
            text,
            "| {} | {} | {p50:.0} | {p95:.0} |",
            back.client.name(),
            back.took_ms.len()
        );
    }
    text.push_str("\n`rust_socketio` tells nobody that it is back, so that this can't be measured of it.\n");
    text
}

fn aims(text: &mut String, measured: &[Rounds], back: &[Back]) {
    text.push_str("\n## Aims\n\n| figure | aim | measured | |\n|---|---|---|---|\n");
    let word = |reached| if reached { "reached" } else { "missed" };
    for aim in &AIMS {
        let rounds = measured.get(aim.server);
        let figure = FIGURES.iter().find(|figure| figure.name == aim.figure);
        let (Some(rounds), Some(figure)) = (rounds, figure) else {
            continue;
        };
        let ratio = middle(rounds, figure, Client::Ours) / middle(rounds, figure, Client::Official);
        let (sign, bound) = match aim.bound {
            Bound::AtLeast(bound) => ('≥', bound),
            Bound::AtMost(bound) => ('≤', bound),
        };
        let _ = writeln!(
            text,
            "| {}, against {} | {sign} {bound} × the official client | {ratio:.2} × | {} |",
            aim.figure,
            rounds.server,
            word(aim.bound.holds(ratio))
        );
    }
    if let Some(ours) = back.iter().find(|back| back.client == Client::Ours) {
        let p95 = share(&ours.took_ms, 0.95);
        let _ = writeln!(
            text,
            "| back after 300 ms, p95 | ≤ {BACK_P95_MS:.0} ms | {p95:.0} ms | {} |",
            word(p95 <= BACK_P95_MS)
        );
    }
}

/// The values of a client in all rounds.
fn values(rounds: &Rounds, figure: &Figure, wanted: Client) -> Vec<f64> {
    let found = rounds.found.iter().filter(|(client, _)| *client == wanted);
    found.flat_map(|(_, found)| found).map(figure.of).collect()
}

fn middle(rounds: &Rounds, figure: &Figure, wanted: Client) -> f64 {
    share(&values(rounds, figure, wanted), 0.5)
}

fn table(text: &mut String, rounds: &Rounds) {
    text.push_str("| |");
    for (client, _) in &rounds.found {
        let _ = write!(text, " {} |", client.name());
    }
    text.push_str(" Carillon : official |\n|---|---|---|---|---|\n");
    for figure in &FIGURES {
        let ours = middle(rounds, figure, Client::Ours);
        let official = middle(rounds, figure, Client::Official);
        if ours == 0.0 {
            continue;
        }
        let _ = write!(text, "| {} |", figure.name);
        for client in Client::ALL {
            let values = values(rounds, figure, client);
            let decimals = figure.decimals;
            let _ = write!(
                text,
                " {:.decimals$} ({:.decimals$}–{:.decimals$}) |",
                share(&values, 0.5),
                share(&values, 0.0),
                share(&values, 1.0)
            );
        }
        let _ = writeln!(text, " {:.2} |", ours / official);
    }
}

/// The value below which this share of them lies; zero of none.
fn share(values: &[f64], share: f64) -> f64 {
    let mut values = values.to_vec();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_and_the_ends_of_some_values_are_found() {
        let values = [5.0, 1.0, 3.0];
        assert_eq!([0.0, 0.5, 1.0].map(|part| share(&values, part)), [1.0, 3.0, 5.0]);
        assert_eq!(share(&[], 0.5), 0.0);
    }

    #[test]
    fn a_table_has_a_row_for_each_figure_that_was_measured() {
        let found = |events_per_s| Found {
            events_per_s,
            ..Found::default()
        };
        let rounds = Rounds {
            server: "a server",
            found: vec![
                (Client::Ours, vec![found(200.0), found(400.0), found(300.0)]),
                (Client::Peer, vec![found(50.0)]),
                (Client::Official, vec![found(100.0)]),
            ],
        };
        let back = Back {
            client: Client::Ours,
            took_ms: vec![1_800.0],
        };
        let text = text("one of a test", &[rounds], &[back]);
        assert!(text.contains("The machine: one of a test."), "{text}");
        assert!(
            text.contains("| events/s, against a server | ≥ 2 × the official client | 3.00 × | reached |"),
            "{text}"
        );
        assert!(
            text.contains("| back after 300 ms, p95 | ≤ 1700 ms | 1800 ms | missed |"),
            "{text}"
        );
        assert!(
            text.contains("| events/s | 300 (200–400) | 50 (50–50) | 100 (100–100) | 3.00 |"),
            "{text}"
        );
        assert!(!text.contains("| ack p50, µs |"), "{text}");
    }
}
