//! When to ask for signs of life and when to give up: pure, with time as an argument.
//!
//! There are two questions. Engine.IO's: the server pings every `ping_interval`, so a packet is due within
//! `ping_interval + ping_timeout`. And the transport's own ping, which this side sends when the line is quiet:
//! it finds a dead line in seconds, but says nothing about the server behind a proxy, so it does not move the
//! first deadline.
//!
//! While reading stands still neither question can be answered, so both rest. The server does not know that:
//! its pings lie unread, and it would give this side up. Their times are known, though, so they are answered
//! without having been read, once each.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

use crate::{Timeouts, time::after};

/// How many questions to the transport may be open at a time.
const MOST_PROBES: usize = 8;

/// How long after its time a ping that can't be read is taken to have been sent. More than networks delay one
/// packet against the next; the quarter of the timeout keeps it small against what the server allows.
const PING_SLACK: Duration = Duration::from_secs(2);

/// What has to be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beat {
    /// Nothing before this instant.
    Rest(Instant),
    /// Answer a ping that has not been read.
    Pong,
    /// Ask the transport, with this number as payload.
    Probe(u64),
    /// Give up: the server is gone.
    Dead,
}

/// The state of both questions.
pub(crate) struct Heartbeat {
    ping_interval: Duration,
    ping_timeout: Duration,
    quiet: Duration,
    pong: Duration,
    /// When the last Engine.IO packet came.
    packet_at: Instant,
    /// When the last Engine.IO ping was answered.
    answered_at: Instant,
    /// Pings that were answered and have still to be read.
    ahead: u32,
    /// Since when reading stands still.
    paused_at: Option<Instant>,
    /// When reading went on: silence before that was this side's.
    resumed_at: Instant,
    probes: VecDeque<Probe>,
    next_probe: u64,
}

/// A question to the transport.
#[derive(Clone, Copy)]
struct Probe {
    number: u64,
    sent_at: Instant,
    within: Duration,
    /// Whether someone asked for it; then only its own answer counts, not other bytes.
    asked: bool,
}

impl Heartbeat {
    pub(crate) fn new(
        ping_interval: Duration,
        ping_timeout: Duration,
        timeouts: &Timeouts,
        now: Instant,
    ) -> Self {
        Self {
            ping_interval,
            ping_timeout,
            quiet: timeouts.quiet,
            pong: timeouts.pong,
            packet_at: now,
            answered_at: now,
            ahead: 0,
            paused_at: None,
            resumed_at: now,
            probes: VecDeque::new(),
            next_probe: 0,
        }
    }

    /// What to do at `now`, if the last byte came at `heard_at`. To be asked again until it says
    /// [`Beat::Rest`].
    pub(crate) fn check(&mut self, now: Instant, heard_at: Instant) -> Beat {
        if self.paused_at.is_some() {
            let unread = after(self.answered_at, self.ping_interval + self.ping_slack());
            if now < unread {
                return Beat::Rest(unread);
            }
            self.answered_at = now;
            self.ahead += 1;
            return Beat::Pong;
        }
        let heard_at = heard_at.max(self.resumed_at);
        let mut next = after(
            self.packet_at.max(self.resumed_at),
            self.ping_interval + self.ping_timeout,
        );
        for probe in &self.probes {
            let since = if probe.asked {
                probe.sent_at
            } else {
                probe.sent_at.max(heard_at)
            };
            next = next.min(after(since.max(self.resumed_at), probe.within));
        }
        if now >= next {
            return Beat::Dead;
        }
        if self.probes.is_empty() {
            let quiet = after(heard_at, self.quiet);
            if now >= quiet {
                return Beat::Probe(self.ask(now, self.pong, false));
            }
            next = next.min(quiet);
        }
        Beat::Rest(next)
    }

    /// Notes an Engine.IO packet of any kind.
    pub(crate) fn packet(&mut self, now: Instant) {
        self.packet_at = now;
    }

    /// Notes the server's ping; true if it has still to be answered.
    pub(crate) fn ping(&mut self, now: Instant) -> bool {
        // A ping so long after the last answer is a new one, whatever the count says.
        if self.ahead > 0 && now < after(self.answered_at, self.ping_interval) {
            self.ahead -= 1;
            return false;
        }
        self.ahead = 0;
        self.answered_at = now;
        true
    }

    /// Whether another question may be asked.
    pub(crate) fn may_verify(&self) -> bool {
        self.probes.len() < MOST_PROBES
    }

    /// Asks the transport because someone wants to know; the number is the payload to send.
    pub(crate) fn verify(&mut self, now: Instant, within: Duration) -> u64 {
        self.ask(now, within, true)
    }

    /// Notes the transport's answer to a probe, which answers the earlier ones too. The time it took.
    pub(crate) fn probe_answered(&mut self, number: u64, now: Instant) -> Option<Duration> {
        let probe = *self.probes.iter().find(|probe| probe.number == number)?;
        self.probes.retain(|probe| probe.number > number);
        Some(now - probe.sent_at)
    }

    /// Reading stands still.
    pub(crate) fn pause(&mut self, now: Instant) {
        self.paused_at.get_or_insert(now);
    }

    /// Reading goes on.
    pub(crate) fn resume(&mut self, now: Instant) {
        if self.paused_at.take().is_some() {
            self.resumed_at = now;
        }
    }

    /// Since when reading stands still.
    pub(crate) fn paused_at(&self) -> Option<Instant> {
        self.paused_at
    }

    fn ask(&mut self, now: Instant, within: Duration, asked: bool) -> u64 {
        let number = self.next_probe;
        self.next_probe += 1;
        self.probes.push_back(Probe {
            number,
            sent_at: now,
            within,
            asked,
        });
        number
    }

    fn ping_slack(&self) -> Duration {
        // A millisecond at least, or a handshake of zeros would keep the task busy.
        PING_SLACK
            .min(self.ping_timeout / 4)
            .max(Duration::from_millis(1))
    }
}
