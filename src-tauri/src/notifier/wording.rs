//! What a native notification says, and whether there is one: decided from values.

use carillon_contract::settings::{Consent, Notifications};
use carillon_contract::view::Navigate;
use carillon_contract::{AccountId, Notice};
use carillon_engine::notify::Ring;

use crate::texts;

/// Characters of a notice that are shown; the systems cut far earlier, each elsewhere.
const LONGEST: usize = 400;

/// A notification as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    /// One line.
    pub(crate) title: String,
    /// A sentence or two; may be empty.
    pub(crate) body: String,
    /// Where a tap leads.
    pub(crate) goes: Navigate,
}

/// What rings natively, if anything. A focused window shows it itself.
pub(crate) fn words(ring: &Ring, wanted: &Notifications, is_focused: bool) -> Option<Words> {
    let account = match ring {
        Ring::One(notice) => &notice.account,
        Ring::Summary { account, .. } => account,
    };
    if is_focused || !may_ring(wanted, account) {
        return None;
    }
    Some(match ring {
        Ring::One(notice) => one(notice, wanted.hide_content),
        // A count gives nothing away.
        Ring::Summary { count, .. } => Words {
            title: texts::new_notices(*count),
            body: texts::IN_THE_INBOX.to_owned(),
            goes: Navigate::Inbox,
        },
    })
}

fn may_ring(wanted: &Notifications, account: &AccountId) -> bool {
    let consented = match wanted.consent {
        Consent::Granted => true,
        Consent::Unasked | Consent::Refused => false,
    };
    consented && !wanted.silenced.contains(account)
}

fn one(notice: &Notice, hide: bool) -> Words {
    let (title, body) = if hide {
        (texts::HIDDEN_TITLE.to_owned(), texts::HIDDEN_BODY.to_owned())
    } else {
        (plain(&notice.title), plain(&notice.body))
    };
    Words {
        title,
        body,
        goes: Navigate::Notice {
            account: notice.account.clone(),
            id: notice.id,
        },
    }
}

/// A platform's text in one line, without what can't be seen, and cut where it is endless.
fn plain(text: &str) -> String {
    let visible = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut letters = visible.chars().filter(|letter| !letter.is_control());
    let mut line: String = letters.by_ref().take(LONGEST).collect();
    if letters.next().is_some() {
        line.push('…');
    }
    line
}

/// A text for a notification server that reads markup in bodies, as those of Linux do: a platform's words must
/// not become links or pictures there.
pub(crate) fn without_markup(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use carillon_contract::{Level, Timestamp};

    use super::*;

    fn notice(title: &str, body: &str) -> Notice {
        Notice {
            account: AccountId::new("a"),
            id: 7,
            category: String::from("market"),
            level: Level::Info,
            title: title.to_owned(),
            body: body.to_owned(),
            action_url: None,
            occurred_at: Timestamp(0),
            received_at: Timestamp(0),
            read: false,
            archived: false,
            about: None,
        }
    }

    fn ring() -> Ring {
        Ring::One(notice("Sold", "10 shares"))
    }

    fn storm() -> Ring {
        Ring::Summary {
            account: AccountId::new("a"),
            count: 12,
        }
    }

    fn granted() -> Notifications {
        Notifications {
            consent: Consent::Granted,
            ..Notifications::default()
        }
    }

    #[test]
    fn nothing_rings_before_the_person_agreed() {
        for consent in [Consent::Unasked, Consent::Refused] {
            let wanted = Notifications { consent, ..granted() };
            assert_eq!(words(&ring(), &wanted, false), None);
            assert_eq!(words(&storm(), &wanted, false), None);
        }
        assert!(words(&ring(), &granted(), false).is_some());
    }

    #[test]
    fn a_focused_window_shows_it_itself() {
        assert_eq!(words(&ring(), &granted(), true), None);
    }

    #[test]
    fn silenced_accounts_do_not_ring_and_others_do() {
        let silenced = |id: &str| Notifications {
            silenced: BTreeSet::from([AccountId::new(id)]),
            ..granted()
        };
        assert_eq!(words(&ring(), &silenced("a"), false), None);
        assert_eq!(words(&storm(), &silenced("a"), false), None);
        assert!(words(&ring(), &silenced("b"), false).is_some());
    }

    #[test]
    fn a_notice_says_itself_and_leads_to_itself() {
        let said = words(&ring(), &granted(), false).unwrap();
        assert_eq!((said.title.as_str(), said.body.as_str()), ("Sold", "10 shares"));
        let account = AccountId::new("a");
        assert_eq!(said.goes, Navigate::Notice { account, id: 7 });
    }

    #[test]
    fn hidden_texts_stay_hidden_and_still_lead_to_the_notice() {
        let wanted = Notifications {
            hide_content: true,
            ..granted()
        };
        let said = words(&ring(), &wanted, false).unwrap();
        assert!(!said.title.contains("Sold") && !said.body.contains("shares"));
        assert!(matches!(said.goes, Navigate::Notice { id: 7, .. }));
    }

    #[test]
    fn many_are_one_that_leads_to_the_inbox() {
        let said = words(&storm(), &granted(), false).unwrap();
        assert_eq!(said.title, "12 new notices");
        assert_eq!(said.goes, Navigate::Inbox);
    }

    #[test]
    fn a_platform_s_text_is_one_line_that_ends() {
        let said = one(&notice("a\nb\u{7}\tc", &"x ".repeat(LONGEST)), false);
        assert_eq!(said.title, "a b c");
        assert_eq!(said.body.chars().count(), LONGEST + 1);
        assert!(said.body.ends_with('…'));
    }

    #[test]
    fn a_platform_s_text_is_no_markup() {
        assert_eq!(
            without_markup("<a href=\"x\">A & B</a>"),
            "&lt;a href=\"x\"&gt;A &amp; B&lt;/a&gt;"
        );
    }
}
