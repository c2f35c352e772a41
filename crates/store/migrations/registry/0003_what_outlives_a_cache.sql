-- What is known of an account whose file is damaged. The registry is not encrypted, so both say nothing without the
-- key of the account's file. NULL until the file has been opened once by a version that keeps them.

-- Whether a key is the one of the file: a keyed hash of the account's id. A wrong key and a damaged first page look
-- the same, and ask for opposite things.
ALTER TABLE accounts ADD COLUMN key_check BLOB;
-- Who and where, encrypted: a random nonce, then XChaCha20-Poly1305 under a key that is derived from the file's.
ALTER TABLE accounts ADD COLUMN profile BLOB;
