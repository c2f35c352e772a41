use std::fs;

use super::*;

fn passphrase() -> Secret {
    Secret::new(String::from("correct horse"))
}

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

async fn read(vault: &SealedFile, entry: &Entry) -> Option<String> {
    vault
        .get(entry)
        .await
        .unwrap()
        .map(|secret| secret.expose().to_owned())
}

#[tokio::test]
async fn what_was_sealed_is_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let vault = SealedFile::create(&path, passphrase()).await.unwrap();
    vault.set(&Entry::token("alice"), &secret("token")).await.unwrap();
    drop(vault);

    let vault = SealedFile::open(&path, passphrase()).await.unwrap();
    assert_eq!(
        read(&vault, &Entry::token("alice")).await.as_deref(),
        Some("token")
    );
    let bytes = fs::read(&path).unwrap();
    for plain in ["token", "alice", "correct horse"] {
        assert!(
            !bytes
                .windows(plain.len())
                .any(|window| window == plain.as_bytes()),
            "{plain} is readable"
        );
    }
}

#[tokio::test]
async fn a_wrong_passphrase_is_told_and_the_file_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    SealedFile::create(&path, passphrase()).await.unwrap();
    let before = fs::read(&path).unwrap();
    let refused = SealedFile::open(&path, secret("incorrect horse")).await;
    assert!(matches!(refused, Err(VaultError::WrongPassphrase)));
    assert_eq!(fs::read(&path).unwrap(), before);
    SealedFile::open(&path, passphrase()).await.unwrap();
}

#[tokio::test]
async fn a_damaged_file_is_told_and_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let vault = SealedFile::create(&path, passphrase()).await.unwrap();
    vault.set(&Entry::token("alice"), &secret("token")).await.unwrap();
    let whole = fs::read(&path).unwrap();

    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    for damaged in [
        &flipped[..],
        &whole[..whole.len() - 1],
        &whole[..130],
        &whole[..40],
        &[],
    ] {
        fs::write(&path, damaged).unwrap();
        assert!(matches!(
            SealedFile::open(&path, passphrase()).await,
            Err(VaultError::Damaged)
        ));
        assert!(matches!(
            vault.get(&Entry::token("alice")).await,
            Err(VaultError::Damaged)
        ));
        assert!(matches!(
            vault.set(&Entry::token("alice"), &secret("s")).await,
            Err(VaultError::Damaged)
        ));
        assert_eq!(vault.state().await, VaultState::Refused);
        assert_eq!(fs::read(&path).unwrap(), damaged);
    }
}

#[test]
fn no_bit_of_the_file_can_be_changed_unseen() {
    let seal = Seal::new(&passphrase()).unwrap();
    let entries = Entries::from([(String::from("token/alice"), secret("token"))]);
    let whole = seal.close(&entries).unwrap();
    assert_eq!(seal.open(&whole).unwrap().len(), 1);
    for index in 0..whole.len() {
        for bit in 0..8 {
            let mut flipped = whole.clone();
            flipped[index] ^= 1 << bit;
            assert!(seal.open(&flipped).is_err(), "bit {bit} of byte {index}");
        }
        assert!(
            matches!(seal.open(&whole[..index]), Err(VaultError::Damaged)),
            "cut to {index} bytes"
        );
    }
}

#[test]
fn a_header_that_asks_for_too_much_is_refused_before_it_is_obeyed() {
    use sha2::{Digest, Sha256};
    let seal = Seal::new(&passphrase()).unwrap();
    let mut bytes = seal.close(&Entries::default()).unwrap();
    bytes[20..24].copy_from_slice(&u32::MAX.to_le_bytes());
    let hash = Sha256::digest(&bytes[..96]);
    bytes[96..128].copy_from_slice(&hash);
    assert!(matches!(
        Seal::of(&bytes, &passphrase()),
        Err(VaultError::Damaged)
    ));
}

#[test]
fn a_newer_format_is_named() {
    let seal = Seal::new(&passphrase()).unwrap();
    let mut bytes = seal.close(&Entries::default()).unwrap();
    bytes[16..20].copy_from_slice(&2_u32.to_le_bytes());
    assert!(matches!(
        Seal::of(&bytes, &passphrase()),
        Err(VaultError::UnknownVersion { version: 2 })
    ));
}

#[test]
fn each_file_and_each_write_has_its_own_randomness() {
    let (one, two) = (
        Seal::new(&passphrase()).unwrap(),
        Seal::new(&passphrase()).unwrap(),
    );
    let (first, second) = (
        one.close(&Entries::default()).unwrap(),
        one.close(&Entries::default()).unwrap(),
    );
    assert_ne!(first[128..152], second[128..152], "the nonce was used twice");
    assert_ne!(
        first[32..64],
        two.close(&Entries::default()).unwrap()[32..64],
        "the salt was used twice"
    );
}

#[tokio::test]
async fn a_file_that_exists_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    fs::write(&path, "somebody's letters").unwrap();
    assert!(matches!(
        SealedFile::create(&path, passphrase()).await,
        Err(VaultError::FileExists)
    ));
    assert_eq!(fs::read_to_string(&path).unwrap(), "somebody's letters");
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "a temporary file was left"
    );
}

#[tokio::test]
async fn an_empty_passphrase_and_an_absent_file_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    assert!(matches!(
        SealedFile::create(&path, secret("")).await,
        Err(VaultError::EmptyPassphrase)
    ));
    let absent = SealedFile::open(&path, passphrase()).await.err().unwrap();
    assert!(matches!(absent, VaultError::NoFile));
    assert_eq!(absent.state(), VaultState::Missing);
}

#[tokio::test]
async fn a_file_that_was_sealed_anew_by_another_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let vault = SealedFile::create(&path, passphrase()).await.unwrap();
    fs::remove_file(&path).unwrap();
    SealedFile::create(&path, secret("another")).await.unwrap();
    let before = fs::read(&path).unwrap();
    assert!(matches!(
        vault.set(&Entry::token("alice"), &secret("s")).await,
        Err(VaultError::Replaced)
    ));
    assert_eq!(vault.state().await, VaultState::Locked);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_handles_on_one_file_lose_no_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let one = SealedFile::create(&path, passphrase()).await.unwrap();
    let two = SealedFile::open(&path, passphrase()).await.unwrap();
    let mut writes = tokio::task::JoinSet::new();
    for number in 0..40 {
        let vault = if number % 2 == 0 { one.clone() } else { two.clone() };
        writes.spawn(async move {
            vault
                .set(&Entry::token(number.to_string()), &secret(&number.to_string()))
                .await
                .unwrap();
        });
    }
    while let Some(written) = writes.join_next().await {
        written.unwrap();
    }
    for number in 0..40 {
        let number = number.to_string();
        assert_eq!(read(&one, &Entry::token(number.clone())).await, Some(number));
    }
}

#[tokio::test]
async fn a_lock_held_by_another_is_waited_for_and_not_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let vault = SealedFile::create(&path, passphrase()).await.unwrap();
    let other = Place::open(&path).unwrap();

    let held = other.lock().unwrap();
    let limit = std::time::Duration::from_millis(20);
    assert!(matches!(
        vault.inside.place.lock_within(limit),
        Err(VaultError::Busy)
    ));
    assert_eq!(VaultError::Busy.state(), VaultState::Locked);

    let entry = Entry::token("alice");
    let kept = secret("s");
    let (written, ()) = tokio::join!(vault.set(&entry, &kept), async { drop(held) });
    written.unwrap();
    assert_eq!(read(&vault, &entry).await.as_deref(), Some("s"));
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_the_file_after_every_write() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let vault = SealedFile::create(&path, passphrase()).await.unwrap();
    for number in 0..2 {
        vault
            .set(&Entry::token("alice"), &secret(&number.to_string()))
            .await
            .unwrap();
        for file in [path.clone(), folder.path().join("vault.lock")] {
            assert_eq!(
                fs::metadata(&file).unwrap().permissions().mode() & 0o777,
                0o600,
                "{}",
                file.display()
            );
        }
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            2,
            "a temporary file was left"
        );
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_to_the_file_stays_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (folder.path().join("vault"), folder.path().join("link"));
    SealedFile::create(&path, passphrase()).await.unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let vault = SealedFile::open(&link, passphrase()).await.unwrap();
    vault.set(&Entry::token("alice"), &secret("s")).await.unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let again = SealedFile::open(&path, passphrase()).await.unwrap();
    assert_eq!(read(&again, &Entry::token("alice")).await.as_deref(), Some("s"));
}
