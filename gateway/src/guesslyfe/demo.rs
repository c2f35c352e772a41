//! The logins of the demo.

use crate::{Account, Password, Secret};

/// `alice` with `demo-alice` and `bob` with `demo-bob`. Their ids and wallets share no digits, so that mixed-up
/// ones show; the wallets have letters in both cases, so that a missing lower-casing shows too.
#[must_use]
pub fn demo_accounts() -> Vec<Account> {
    let account = |username: &str, user_id: &str, wallet: &str| Account {
        user_id: user_id.to_owned(),
        username: username.to_owned(),
        wallet: wallet.to_owned(),
        password: Password::Plain(Secret::new(format!("demo-{username}"))),
    };
    vec![
        account("alice", "user-1001", "0xA11cE0000000000000000000000000000000aAaA"),
        account("bob", "user-2002", "0xB0b0000000000000000000000000000000bBbBbB"),
    ]
}
