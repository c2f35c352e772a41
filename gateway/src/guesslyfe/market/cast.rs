//! Who and what the mock market is about. Nobody and nothing in here exists.

/// A creator of markets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Creator {
    pub(super) wallet: &'static str,
    pub(super) handle: &'static str,
}

pub(super) const CREATORS: [Creator; 5] = [
    Creator {
        wallet: "0xC0ffee0000000000000000000000000000000001",
        handle: "tidewatch",
    },
    Creator {
        wallet: "0xc0FFEE0000000000000000000000000000000002",
        handle: "quiet_odds",
    },
    Creator {
        wallet: "0xC0fFeE0000000000000000000000000000000003",
        handle: "gridlight",
    },
    Creator {
        wallet: "0xc0ffEE0000000000000000000000000000000004",
        handle: "slowpitch",
    },
    Creator {
        wallet: "0xC0FFeE0000000000000000000000000000000005",
        handle: "isobar",
    },
];

/// A question with its category and the days until betting ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question {
    pub(super) text: &'static str,
    pub(super) category: &'static str,
    pub(super) days: i64,
}

const fn question(category: &'static str, days: i64, text: &'static str) -> Question {
    Question { text, category, days }
}

/// Taken in turn; after the last one the first comes again, as a new market.
pub(super) const QUESTIONS: [Question; 20] = [
    question(
        "Weather",
        12,
        "Will the capital see rain on ten or more days this month?",
    ),
    question(
        "Transport",
        30,
        "Will the night train to the coast be back before the end of the quarter?",
    ),
    question("Sport", 9, "Will the home side win the cup final in normal time?"),
    question(
        "Economy",
        45,
        "Will the central bank lower its rate at the next meeting?",
    ),
    question(
        "Science",
        90,
        "Will the lander send a picture within a day of touching down?",
    ),
    question(
        "Technology",
        60,
        "Will the next release of the open map browser ship this season?",
    ),
    question(
        "Culture",
        21,
        "Will the film about the lighthouse keeper open at number one?",
    ),
    question(
        "Energy",
        30,
        "Will wind supply more than half of the grid on any day this month?",
    ),
    question(
        "Sport",
        5,
        "Will the marathon be won in under two hours and five minutes?",
    ),
    question(
        "Weather",
        40,
        "Will the first snow fall in the valley before the end of November?",
    ),
    question(
        "Economy",
        60,
        "Will the price of coffee beans end the quarter higher than it began?",
    ),
    question(
        "Transport",
        75,
        "Will the new bridge open to traffic on the announced day?",
    ),
    question("Science", 120, "Will the comet be visible to the naked eye?"),
    question(
        "Politics",
        35,
        "Will turnout in the city election exceed sixty per cent?",
    ),
    question(
        "Culture",
        14,
        "Will the museum's new wing welcome its hundred-thousandth visitor this month?",
    ),
    question(
        "Technology",
        25,
        "Will the public chain settle a block with more than ten thousand transfers?",
    ),
    question(
        "Energy",
        50,
        "Will the solar park on the plateau reach full output this season?",
    ),
    question(
        "Sport",
        16,
        "Will the women's relay set a new national record this summer?",
    ),
    question(
        "Weather",
        7,
        "Will the harbour close for wind at least once this week?",
    ),
    question("Politics", 80, "Will the budget pass before the recess?"),
];

/// Announcements, as headline and text.
pub(super) const ANNOUNCEMENTS: [(&str, &str); 3] = [
    (
        "Price charts reach further back",
        "Every market now shows its whole history.",
    ),
    (
        "Creator pages have a new look",
        "Holdings, dividends and unlock dates are on one page.",
    ),
    (
        "Faster resolutions",
        "Most markets are now resolved within an hour of their end.",
    ),
];
