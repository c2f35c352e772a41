//! Names of what is kept.

use std::fmt;

/// What a secret is for; part of its name, so that two kinds never share an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    Token,
    DatabaseKey,
    Probe,
}

/// The name of one secret: its kind and the account that it belongs to.
///
/// Account ids are taken as they are. Windows compares names without regard to case, so two accounts must differ
/// in more than case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    kind: Kind,
    account: String,
}

impl Entry {
    /// Names the tokens of an account.
    pub fn token(account: impl Into<String>) -> Self {
        Self {
            kind: Kind::Token,
            account: account.into(),
        }
    }

    /// Names the key of an account's database.
    pub fn database_key(account: impl Into<String>) -> Self {
        Self {
            kind: Kind::DatabaseKey,
            account: account.into(),
        }
    }

    /// Names what [`crate::TokenVault::state`] writes and removes to see whether writing works.
    pub(crate) fn probe() -> Self {
        Self {
            kind: Kind::Probe,
            account: String::new(),
        }
    }
}

impl fmt::Display for Entry {
    /// Writes the name under which the entry is stored, such as `token/<account>`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Token => write!(f, "token/{}", self.account),
            Kind::DatabaseKey => write!(f, "database-key/{}", self.account),
            Kind::Probe => f.write_str("probe"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_is_part_of_the_name() {
        assert_eq!(Entry::token("a").to_string(), "token/a");
        assert_eq!(Entry::database_key("a").to_string(), "database-key/a");
        assert_eq!(Entry::probe().to_string(), "probe");
        assert_ne!(Entry::token("a"), Entry::database_key("a"));
    }
}
