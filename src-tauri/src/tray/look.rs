//! What the tray icon shows: decided from how the accounts stand.

use std::collections::BTreeMap;

use carillon_contract::view::AccountView;
use carillon_contract::{AccountId, ConnectionState, UiEvent};

/// The drawings there are of the icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Nothing waits.
    Quiet,
    /// Something is unread.
    Unread,
    /// No account that should be connected is.
    Offline,
}

/// The two inks, for light and dark trays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    /// For light trays.
    Black,
    /// For dark trays.
    White,
}

/// The ink for a desktop, by its name in `XDG_CURRENT_DESKTOP` and whether it is dark.
pub(crate) fn ink(desktop: &str, is_dark: bool) -> Ink {
    // GNOME's bar is dark in both of its themes.
    if is_dark || desktop.split(':').any(|name| name.eq_ignore_ascii_case("gnome")) {
        Ink::White
    } else {
        Ink::Black
    }
}

/// How the accounts stand, as far as the icon shows it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Standing(BTreeMap<AccountId, One>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct One {
    unread: i64,
    connected: bool,
    wanted: bool,
}

impl Standing {
    /// How they stand now.
    pub(crate) fn of(accounts: &[AccountView]) -> Self {
        let one = |view: &AccountView| One {
            unread: view.unread.values().sum(),
            connected: view.connection.state == ConnectionState::Connected,
            wanted: !view.paused,
        };
        Self(
            accounts
                .iter()
                .map(|view| (view.account.id.clone(), one(view)))
                .collect(),
        )
    }

    /// Takes in what happened. `false` means that it can't be told from the event, and all is to be read anew.
    pub(crate) fn apply(&mut self, event: &UiEvent) -> bool {
        match event {
            UiEvent::Notices { account, unread, .. }
            | UiEvent::NoticesChanged { account, unread, .. }
            | UiEvent::NoticesErased { account, unread, .. } => {
                self.change(account, |one| one.unread = unread.values().sum())
            }
            UiEvent::Connection { account, status } => self.change(account, |one| {
                one.connected = status.state == ConnectionState::Connected;
                // What a person disconnects, or connects again, says so by its state.
                one.wanted = status.state != ConnectionState::Disconnected;
            }),
            UiEvent::AccountsChanged | UiEvent::Resync => false,
            UiEvent::Events { .. }
            | UiEvent::Changes(_)
            | UiEvent::Topics { .. }
            | UiEvent::Gap { .. }
            | UiEvent::Outgoing { .. }
            | UiEvent::Sent { .. }
            | UiEvent::Discarded { .. }
            | UiEvent::Latency { .. }
            | UiEvent::Settings { .. } => true,
        }
    }

    fn change(&mut self, account: &AccountId, change: impl FnOnce(&mut One)) -> bool {
        let Some(one) = self.0.get_mut(account) else {
            return false;
        };
        change(one);
        true
    }

    /// What the icon shows then.
    pub(crate) fn mark(&self) -> Mark {
        let mut wanted = self.0.values().filter(|one| one.wanted).peekable();
        if wanted.peek().is_some() && wanted.all(|one| !one.connected) {
            Mark::Offline
        } else if self.0.values().any(|one| one.unread > 0) {
            Mark::Unread
        } else {
            Mark::Quiet
        }
    }
}

#[cfg(test)]
mod tests {
    use carillon_contract::{ConnectionStatus, Timestamp};

    use super::*;

    fn standing(accounts: &[(&str, i64, bool, bool)]) -> Standing {
        let entry = |(id, unread, connected, wanted): &(&str, i64, bool, bool)| {
            let one = One {
                unread: *unread,
                connected: *connected,
                wanted: *wanted,
            };
            (AccountId::new(*id), one)
        };
        Standing(accounts.iter().map(entry).collect())
    }

    fn connection(state: ConnectionState) -> UiEvent {
        UiEvent::Connection {
            account: AccountId::new("a"),
            status: ConnectionStatus::plain(state, Timestamp(0)),
        }
    }

    #[test]
    fn without_accounts_all_is_quiet() {
        assert_eq!(standing(&[]).mark(), Mark::Quiet);
    }

    #[test]
    fn one_connected_account_is_enough_not_to_be_offline() {
        assert_eq!(
            standing(&[("a", 0, false, true), ("b", 0, true, true)]).mark(),
            Mark::Quiet
        );
        assert_eq!(
            standing(&[("a", 3, false, true), ("b", 0, false, true)]).mark(),
            Mark::Offline
        );
    }

    #[test]
    fn what_the_person_disconnected_does_not_count_as_offline() {
        assert_eq!(standing(&[("a", 2, false, false)]).mark(), Mark::Unread);
        assert_eq!(standing(&[("a", 0, false, false)]).mark(), Mark::Quiet);
    }

    #[test]
    fn events_move_it_and_unknown_accounts_ask_for_a_new_look() {
        let mut one = standing(&[("a", 0, true, true)]);
        let unread = |account: &str, count: i64| UiEvent::NoticesChanged {
            account: AccountId::new(account),
            notices: Vec::new(),
            unread: BTreeMap::from([(String::from("market"), count)]),
        };
        assert!(one.apply(&unread("a", 2)));
        assert_eq!(one.mark(), Mark::Unread);
        assert!(one.apply(&connection(ConnectionState::Reconnecting)));
        assert_eq!(one.mark(), Mark::Offline);
        assert!(one.apply(&connection(ConnectionState::Disconnected)));
        assert_eq!(one.mark(), Mark::Unread);
        assert!(one.apply(&unread("a", 0)));
        assert_eq!(one.mark(), Mark::Quiet);
        assert!(!one.apply(&unread("new", 1)));
        assert!(!one.apply(&UiEvent::Resync));
    }

    #[test]
    fn gnome_s_bar_is_dark_in_both_themes() {
        assert_eq!(ink("ubuntu:GNOME", false), Ink::White);
        assert_eq!(ink("KDE", false), Ink::Black);
        assert_eq!(ink("KDE", true), Ink::White);
        assert_eq!(ink("", false), Ink::Black);
    }
}
