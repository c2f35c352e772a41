//! The encrypted cache: one SQLCipher file and key per account.
