//! The one list of what a window can ask of the core.
//!
//! It expands to the permissions that the build grants, to the functions that Tauri calls, and to the
//! TypeScript interface. `listen`, which carries a channel, is added by the app itself.
//!
//! Adding a command: a line here, its function in `src-tauri/src/commands/`, and a line in
//! `capabilities/main.json`.

/// Hands the list of commands to the macro of this name.
#[macro_export]
macro_rules! with_commands {
    ($with:ident) => {
        $with! {
            /// Everything that a window begins with.
            snapshot() -> $crate::view::Snapshot;
            /// The platforms that an account can be added of.
            platforms() -> Vec<$crate::view::PlatformView>;
            /// Signs in at a server and adds the account. `clear_text` is the person's consent to an
            /// unencrypted connection to another computer.
            sign_in(
                platform: $crate::PlatformId,
                server: String,
                username: String,
                password: $crate::Secret,
                clear_text: bool,
            ) -> $crate::Account;
            /// Adds the account that a token belongs to.
            add_token(
                platform: $crate::PlatformId,
                server: String,
                token: $crate::Secret,
                clear_text: bool,
            ) -> $crate::Account;
            /// Reads a `carillon://account` link. Nothing is added.
            read_link(link: String) -> $crate::view::AccountLink;
            /// Starts the demo's server inside this app and adds its accounts.
            start_demo() -> Vec<$crate::Account>;
            /// Removes an account and everything that is kept of it.
            remove_account(account: $crate::AccountId) -> ();
            /// Connects an account, or tries again now.
            connect(account: $crate::AccountId) -> ();
            /// Disconnects an account until the person connects it again.
            disconnect(account: $crate::AccountId) -> ();
            /// What an account's connection did, newest first: the last 50 lines.
            history(account: $crate::AccountId) -> Vec<$crate::history::HistoryLine>;
            /// A page of the inbox over these accounts (none means all), newest first, behind the notice
            /// that is given.
            notices(
                accounts: Vec<$crate::AccountId>,
                filter: $crate::view::NoticeFilter,
                behind: Option<$crate::Notice>,
                limit: u32,
            ) -> $crate::view::NoticePage;
            /// One notice; null where it is gone.
            notice(account: $crate::AccountId, id: i64) -> Option<$crate::Notice>;
            /// Notices that hold every word, newest first.
            search(text: String, limit: u32) -> Vec<$crate::Notice>;
            /// Marks notices read or unread.
            set_read(account: $crate::AccountId, ids: Vec<i64>, read: bool) -> ();
            /// Archives notices, or takes them back into the inbox.
            set_archived(account: $crate::AccountId, ids: Vec<i64>, archived: bool) -> ();
            /// Marks all notices of these accounts read (none means all).
            read_all(accounts: Vec<$crate::AccountId>) -> ();
            /// Opens the address that a notice carries in the system's browser, where it is an https address.
            open_notice_link(account: $crate::AccountId, id: i64) -> ();
            /// The things of a kind.
            entities(account: $crate::AccountId, kind: String) -> Vec<$crate::entity::Entity>;
            /// One thing; null where nothing is known of it.
            entity(account: $crate::AccountId, entity: $crate::entity::EntityId) -> Option<$crate::entity::Entity>;
            /// Series of values of a thing since a time, thinned to about so many values each.
            series(
                account: $crate::AccountId,
                entity: $crate::entity::EntityId,
                names: Vec<String>,
                since: $crate::Timestamp,
                at_most: u32,
            ) -> Vec<$crate::entity::Series>;
            /// What happened to a thing, newest first, before the line that is given.
            activity(
                account: $crate::AccountId,
                entity: $crate::entity::EntityId,
                before: Option<$crate::entity::Activity>,
                limit: u32,
            ) -> Vec<$crate::entity::Activity>;
            /// Follows a topic.
            follow(account: $crate::AccountId, topic: $crate::Topic) -> ();
            /// Follows a topic no longer.
            unfollow(account: $crate::AccountId, topic: $crate::Topic) -> ();
            /// Joins these topics for as long as this watcher looks at them, and no others of the account.
            watch(account: $crate::AccountId, watcher: String, topics: Vec<$crate::Topic>) -> ();
            /// How much room an account takes, and for how long its notices are kept.
            storage(account: $crate::AccountId) -> $crate::storage::Storage;
            /// Keeps an account's notices for so long from now on. What is too old for that goes within about an hour.
            set_retention(account: $crate::AccountId, retention: $crate::storage::Retention) -> ();
            /// Keeps what the person chose.
            set_settings(settings: $crate::settings::Settings) -> ();
            /// Shows a native notification, so that the person sees whether the system lets it through.
            test_notification() -> ();
            /// Looks again whether tokens and keys can be kept.
            check_vault() -> $crate::view::VaultView;
            /// Keeps tokens and keys in a file sealed with this passphrase; makes the file, or opens it.
            use_sealed_vault(passphrase: $crate::Secret) -> $crate::view::VaultView;
            /// Keeps tokens and keys in the system's keyring again. The sealed file stays where it is, and what is
            /// sealed in it stays closed until it is opened again.
            use_keyring() -> $crate::view::VaultView;
            /// Keeps tokens and keys for as long as this process runs, and no longer.
            use_session_vault() -> $crate::view::VaultView;
        }
    };
}
