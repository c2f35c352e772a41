//! When to ask for signs of life and when to give up: pure, with time as an argument.
//!
//! There are two questions. Engine.IO's: the server pings every `ping_interval`, so a packet is due within
//! `ping_interval + ping_timeout`. And the transport's own ping, which this side sends when the line is quiet:
//! it finds a dead line in seconds, but says nothing about the server behind a proxy, so it does not move the
//! first deadline. Long polling has no such ping: only who asks for one gets it, and it is the Engine.IO server that
//! answers.
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

    /// From now on the transport is asked after so long without a byte.
    pub(crate) fn ask_after(&mut self, quiet: Duration) {
        self.quiet = quiet;
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

    /// Asks the transport because someone wants to know; the number is the payload to send. Where it is `strict` only
    /// the answer counts, else whatever arrives keeps the connection alive while the answer is on its way.
    pub(crate) fn verify(&mut self, now: Instant, within: Duration, strict: bool) -> u64 {
        self.ask(now, within, strict)
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

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    struct Scene {
        start: Instant,
        heart: Heartbeat,
    }

    impl Scene {
        fn new() -> Self {
            let start = Instant::now();
            let heart = Heartbeat::new(25 * SECOND, 20 * SECOND, &Timeouts::default(), start);
            Self { start, heart }
        }

        fn at(&self, second: u32) -> Instant {
            self.start + second * SECOND
        }

        /// What is due at a second, if bytes last came at another.
        fn check(&mut self, second: u32, heard: u32) -> Beat {
            self.heart.check(self.at(second), self.at(heard))
        }

        fn rest(&self, second: u32) -> Beat {
            Beat::Rest(self.at(second))
        }
    }

    #[test]
    fn a_quiet_line_is_probed_and_then_given_up() {
        let mut scene = Scene::new();
        assert_eq!(scene.check(0, 0), scene.rest(5));
        assert_eq!(scene.check(5, 0), Beat::Probe(0));
        assert_eq!(scene.check(5, 0), scene.rest(13));
        assert_eq!(scene.check(13, 0), Beat::Dead);
    }

    #[test]
    fn any_byte_puts_the_end_off_but_a_probe_is_not_repeated() {
        let mut scene = Scene::new();
        assert_eq!(scene.check(5, 0), Beat::Probe(0));
        assert_eq!(scene.check(13, 12), scene.rest(20));
        assert_eq!(scene.check(20, 12), Beat::Dead);
    }

    #[test]
    fn an_answered_probe_is_timed_and_the_next_waits_for_quiet() {
        let mut scene = Scene::new();
        assert_eq!(scene.check(5, 0), Beat::Probe(0));
        assert_eq!(scene.heart.probe_answered(0, scene.at(6)), Some(SECOND));
        assert_eq!(scene.heart.probe_answered(0, scene.at(6)), None);
        assert_eq!(scene.check(6, 6), scene.rest(11));
        assert_eq!(scene.check(11, 6), Beat::Probe(1));
    }

    #[test]
    fn pongs_of_the_transport_are_no_packets() {
        let mut scene = Scene::new();
        assert_eq!(scene.check(44, 44), scene.rest(45));
        assert_eq!(scene.check(45, 45), Beat::Dead);
        scene.heart.packet(scene.at(40));
        assert_eq!(scene.check(83, 83), scene.rest(85));
    }

    #[test]
    fn a_question_that_was_asked_for_wants_its_own_answer() {
        let mut scene = Scene::new();
        let number = scene.heart.verify(scene.at(1), 2 * SECOND, true);
        assert_eq!(scene.check(2, 2), scene.rest(3));
        assert_eq!(scene.check(3, 2), Beat::Dead);
        // The answer to a later one answers it too.
        let later = scene.heart.verify(scene.at(2), 2 * SECOND, true);
        assert_eq!(
            scene.heart.probe_answered(later, scene.at(2)),
            Some(Duration::ZERO)
        );
        assert_eq!(scene.heart.probe_answered(number, scene.at(2)), None);
        assert_eq!(scene.check(3, 2), scene.rest(7));
    }

    #[test]
    fn questions_are_few() {
        let mut scene = Scene::new();
        for _ in 0..MOST_PROBES {
            assert!(scene.heart.may_verify());
            scene.heart.verify(scene.at(0), SECOND, true);
        }
        assert!(!scene.heart.may_verify());
    }

    #[test]
    fn while_reading_stands_still_unread_pings_are_answered_and_nothing_dies() {
        let mut scene = Scene::new();
        assert!(scene.heart.ping(scene.at(10)));
        scene.heart.pause(scene.at(11));
        assert_eq!(scene.check(11, 11), scene.rest(37));
        assert_eq!(scene.check(37, 11), Beat::Pong);
        assert_eq!(scene.check(37, 11), scene.rest(64));
        assert_eq!(scene.check(64, 11), Beat::Pong);
        scene.heart.resume(scene.at(70));
        assert_eq!(scene.check(70, 11), scene.rest(75));
        // The two that lay unread.
        assert!(!scene.heart.ping(scene.at(70)));
        assert!(!scene.heart.ping(scene.at(70)));
        assert!(scene.heart.ping(scene.at(70)));
    }

    #[test]
    fn a_ping_answered_in_vain_does_not_cost_the_next_its_answer() {
        let mut scene = Scene::new();
        scene.heart.pause(scene.at(1));
        assert_eq!(scene.check(27, 1), Beat::Pong);
        scene.heart.resume(scene.at(28));
        // The server had not sent one: its next comes a whole interval after the answer.
        assert!(scene.heart.ping(scene.at(52)));
        assert!(scene.heart.ping(scene.at(53)));
    }

    #[test]
    fn a_handshake_of_zeros_keeps_nobody_busy() {
        let start = Instant::now();
        let mut heart = Heartbeat::new(Duration::ZERO, Duration::ZERO, &Timeouts::default(), start);
        assert_eq!(heart.check(start, start), Beat::Dead);
        heart.pause(start);
        assert_eq!(
            heart.check(start, start),
            Beat::Rest(start + Duration::from_millis(1))
        );
    }
}
