use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use super::*;

/// Another program at work: what it does, before the step with this number.
type Meanwhile = (usize, Box<dyn Fn(&mut BTreeMap<String, Vec<u8>>)>);

/// A keyring that lives in memory, counts what it is asked, and breaks when told to.
#[derive(Default)]
struct Ring {
    items: RefCell<BTreeMap<String, Vec<u8>>>,
    steps: Cell<usize>,
    breaks_at: Cell<Option<usize>>,
    meanwhile: RefCell<Option<Meanwhile>>,
}

impl Ring {
    fn step(&self) -> Result<(), VaultError> {
        let step = self.steps.replace(self.steps.get() + 1);
        if self.breaks_at.get().is_some_and(|at| step >= at) {
            return Err(VaultError::Missing { source: None });
        }
        let due = self
            .meanwhile
            .borrow()
            .as_ref()
            .is_some_and(|(at, _)| step >= *at);
        if due && let Some((_, act)) = self.meanwhile.take() {
            act(&mut self.items.borrow_mut());
        }
        Ok(())
    }

    fn breaks_after(&self, steps: Option<usize>) {
        self.steps.set(0);
        self.breaks_at.set(steps);
    }

    fn names(&self) -> Vec<String> {
        self.items.borrow().keys().cloned().collect()
    }
}

impl Items for Ring {
    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        self.step()?;
        Ok(self.items.borrow().get(name).cloned().map(Zeroizing::new))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), VaultError> {
        self.step()?;
        assert!(bytes.len() <= PART, "{name} has {} bytes", bytes.len());
        self.items.borrow_mut().insert(name.to_owned(), bytes.to_vec());
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), VaultError> {
        self.step()?;
        self.items.borrow_mut().remove(name);
        Ok(())
    }
}

fn secret(letter: &str, length: usize) -> Secret {
    Secret::new(letter.repeat(length))
}

fn read(ring: &Ring, entry: &Entry) -> Option<String> {
    get(ring, entry).unwrap().map(|secret| secret.expose().to_owned())
}

#[test]
fn secrets_of_all_lengths_come_back() {
    let ring = Ring::default();
    let entry = Entry::token("alice");
    for length in [0, 1, PART - 1, PART, PART + 1, 3 * PART, MOST_PARTS * PART, 5] {
        set(&ring, &entry, &secret("s", length)).unwrap();
        assert_eq!(read(&ring, &entry), Some("s".repeat(length)));
        assert_eq!(
            ring.names().len(),
            1 + length.div_ceil(PART),
            "header and parts of {length} bytes"
        );
    }
}

#[test]
fn a_secret_of_many_byte_letters_is_cut_between_bytes() {
    let ring = Ring::default();
    let entry = Entry::token("alice");
    set(&ring, &entry, &secret("\u{20ac}", PART)).unwrap();
    assert_eq!(read(&ring, &entry), Some("\u{20ac}".repeat(PART)));
}

#[test]
fn a_secret_that_is_too_long_is_refused_before_anything_is_written() {
    let ring = Ring::default();
    let refused = set(&ring, &Entry::token("alice"), &secret("s", MOST_PARTS * PART + 1));
    assert!(matches!(refused, Err(VaultError::TooLong { .. })));
    assert!(ring.names().is_empty());
}

#[test]
fn a_write_that_breaks_anywhere_leaves_the_old_secret_or_the_new_one() {
    let entry = Entry::token("alice");
    let (old, new) = ("o".repeat(3 * PART), "n".repeat(2 * PART + 7));
    let mut saw = (false, false);
    for steps in 0.. {
        let ring = Ring::default();
        set(&ring, &entry, &Secret::new(old.clone())).unwrap();
        ring.breaks_after(Some(steps));
        let written = set(&ring, &entry, &Secret::new(new.clone()));
        let is_whole = ring.steps.get() <= steps;
        ring.breaks_after(None);

        let now = read(&ring, &entry).unwrap();
        assert!(now == old || now == new, "torn after {steps} steps");
        assert!(
            written.is_err() || now == new,
            "success was reported after {steps} steps without the new secret"
        );
        saw = (saw.0 || now == old, saw.1 || now == new);

        // The next write sweeps what the broken one left.
        set(&ring, &entry, &secret("x", 1)).unwrap();
        assert_eq!(
            ring.names().len(),
            2,
            "rubbish after {steps} steps: {:?}",
            ring.names()
        );
        if is_whole {
            break;
        }
    }
    assert_eq!(saw, (true, true));
}

#[test]
fn a_deletion_that_breaks_anywhere_can_be_finished() {
    let entry = Entry::token("alice");
    for steps in 0.. {
        let ring = Ring::default();
        set(&ring, &entry, &secret("o", 3 * PART)).unwrap();
        ring.breaks_after(Some(steps));
        let deleted = delete(&ring, &entry);
        ring.breaks_after(None);
        assert!(read(&ring, &entry).is_none_or(|now| now == "o".repeat(3 * PART)));
        delete(&ring, &entry).unwrap();
        assert!(ring.names().is_empty(), "rubbish after {steps} steps");
        if deleted.is_ok() {
            break;
        }
    }
}

#[test]
fn a_missing_or_foreign_part_is_torn_not_absent() {
    let entry = Entry::token("alice");
    for index in 0..3 {
        let ring = Ring::default();
        set(&ring, &entry, &secret("s", 3 * PART)).unwrap();
        let name = Bank::A.part(&entry, index);
        ring.items.borrow_mut().insert(name.clone(), vec![b'f'; PART]);
        assert!(matches!(get(&ring, &entry), Err(VaultError::Torn { .. })));
        ring.items.borrow_mut().remove(&name);
        assert!(matches!(get(&ring, &entry), Err(VaultError::Torn { .. })));
        set(&ring, &entry, &secret("n", 9)).unwrap();
        assert_eq!(read(&ring, &entry), Some("n".repeat(9)));
    }
}

#[test]
fn a_header_that_is_not_ours_is_torn_and_can_be_replaced() {
    let ring = Ring::default();
    let entry = Entry::token("alice");
    ring.write(&entry.to_string(), b"hunter2").unwrap();
    assert!(matches!(get(&ring, &entry), Err(VaultError::Torn { .. })));
    set(&ring, &entry, &secret("n", 9)).unwrap();
    assert_eq!(read(&ring, &entry), Some("n".repeat(9)));
}

#[test]
fn what_a_newer_version_wrote_is_neither_read_nor_overwritten() {
    let ring = Ring::default();
    let entry = Entry::token("alice");
    ring.write(&entry.to_string(), br#"{"version":2,"layout":"unheard of"}"#)
        .unwrap();
    let before = ring.items.borrow().clone();
    assert!(matches!(
        get(&ring, &entry),
        Err(VaultError::UnknownVersion { version: 2 })
    ));
    let refused = set(&ring, &entry, &secret("n", 9));
    assert!(matches!(refused, Err(VaultError::UnknownVersion { version: 2 })));
    assert_eq!(*ring.items.borrow(), before);
}

#[test]
fn a_reader_met_by_a_writer_reads_what_was_written() {
    let entry = Entry::token("alice");
    let other = Ring::default();
    set(&other, &entry, &secret("o", 3 * PART)).unwrap();
    let old = other.items.borrow().clone();
    set(&other, &entry, &secret("n", 3 * PART)).unwrap();
    let new = other.items.borrow().clone();
    for step in 1..4 {
        let (ring, new) = (Ring::default(), new.clone());
        ring.items.replace(old.clone());
        ring.meanwhile
            .replace(Some((step, Box::new(move |items| items.clone_from(&new)))));
        assert_eq!(
            read(&ring, &entry),
            Some("n".repeat(3 * PART)),
            "replaced before read {step}"
        );
    }
}

#[test]
fn absence_is_believed_only_where_a_write_goes_through() {
    /// Answers every question with "no such item", as a keyring without a collection does.
    struct NoCollection;
    impl Items for NoCollection {
        fn read(&self, _: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
            Ok(None)
        }
        fn write(&self, _: &str, _: &[u8]) -> Result<(), VaultError> {
            Err(VaultError::Missing { source: None })
        }
        fn remove(&self, _: &str) -> Result<(), VaultError> {
            Ok(())
        }
    }
    let entry = Entry::token("alice");
    assert!(matches!(
        get(&NoCollection, &entry),
        Err(VaultError::Missing { .. })
    ));
    assert!(matches!(
        delete(&NoCollection, &entry),
        Err(VaultError::Missing { .. })
    ));
}
