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

pub(super) fn text(measured: &[Rounds], back: &[Back]) -> String {
    let mut text = String::from(
        "# Benchmarks\n\nWritten by `cargo xtask bench socket`: everything in one run on one machine, turn by turn. \
         Each figure is the middle of all rounds, with the least and the most of them. What counts is the ratio to the \
         official client.\n",
    );
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

fn table(text: &mut String, rounds: &Rounds) {
    text.push_str("| |");
    for (client, _) in &rounds.found {
        let _ = write!(text, " {} |", client.name());
    }
    text.push_str(" Carillon : official |\n|---|---|---|---|---|\n");
    for figure in &FIGURES {
        let values = |wanted: Client| -> Vec<f64> {
            let found = rounds.found.iter().filter(|(client, _)| *client == wanted);
            found.flat_map(|(_, found)| found).map(figure.of).collect()
        };
        let (ours, official) = (
            share(&values(Client::Ours), 0.5),
            share(&values(Client::Official), 0.5),
        );
        if ours == 0.0 {
            continue;
        }
        let _ = write!(text, "| {} |", figure.name);
        for client in Client::ALL {
            let values = values(client);
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
        let text = text(&[rounds], &[]);
        assert!(
            text.contains("| events/s | 300 (200–400) | 50 (50–50) | 100 (100–100) | 3.00 |"),
            "{text}"
        );
        assert!(!text.contains("| ack p50, µs |"), "{text}");
    }
}
