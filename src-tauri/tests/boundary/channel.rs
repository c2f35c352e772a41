//! The window's channel: in order, in batches, and a hint to read anew where something is left out.

use std::time::{Duration, Instant};

use carillon_contract::UiEvent;
use carillon_contract::settings::Consent;
use carillon_contract::view::Navigate;
use serde_json::{Value, json};

use crate::desk::{Desk, block_on, emit, gateway};

/// As many as are counted below.
const EVENTS: usize = 300;

#[test]
fn batches_are_numbered_and_not_more_than_twenty_a_second() {
    let (desk, gateway) = (Desk::new(), gateway());
    let account = desk.alice(&gateway);
    let since = Instant::now();
    let to = crate::desk::alice();
    block_on(gateway.emit_many("notification", Value::Null, to, EVENTS)).unwrap();
    let (mut seen, mut batches, mut seq) = (0, 0_u32, None);
    while seen < EVENTS {
        let batch = desk.batch();
        assert_eq!(batch.seq, seq.map_or(batch.seq, |seq: u64| seq + 1));
        seq = Some(batch.seq);
        batches += 1;
        for event in &batch.events {
            match event {
                UiEvent::Notices {
                    notices,
                    account: whose,
                    ..
                } => {
                    assert_eq!(*whose, account.id);
                    seen += notices.len();
                }
                UiEvent::Events { .. } => panic!("the events themselves stay behind"),
                _ => {}
            }
        }
    }
    assert_eq!(seen, EVENTS);
    // The first goes at once, each further one after a pause.
    assert!(since.elapsed() >= Duration::from_millis(50) * (batches - 1));
    desk.close();
}

#[test]
fn a_window_that_listens_anew_is_told_through_its_new_channel_alone() {
    let (desk, gateway) = (Desk::new(), gateway());
    desk.alice(&gateway);
    desk.listen();
    emit(&gateway, "notification", json!({ "title": "once" }));
    let times = |event: &UiEvent| match event {
        UiEvent::Notices { notices, .. } => Some(notices.len()),
        _ => None,
    };
    assert_eq!(desk.hear("the notice", times), 1);
    // Whatever came twice would come before the next one.
    emit(&gateway, "notification", json!({ "title": "then" }));
    let title = desk.hear("the next notice", |event| match event {
        UiEvent::Notices { notices, .. } => Some(notices[0].title.clone()),
        _ => None,
    });
    assert_eq!(title, "then");
    desk.close();
}

#[test]
fn a_notice_rings_once_the_person_agreed_and_looks_elsewhere() {
    let (desk, gateway) = (Desk::new(), gateway());
    let account = desk.alice(&gateway);
    let ring = |title: &str| {
        emit(&gateway, "notification", json!({ "title": title }));
        // Rings before the window is told.
        desk.hear(title, |event| match event {
            UiEvent::Notices { notices, .. } => notices.iter().any(|one| one.title == title).then_some(()),
            _ => None,
        });
    };
    ring("unasked");
    assert!(desk.bells.rung().is_empty());

    desk.change_settings(|settings| settings.notifications.consent = Consent::Granted);
    ring("granted");
    let rung = desk.bells.rung();
    assert_eq!(rung.len(), 1);
    assert_eq!(rung[0].0, "granted");
    assert!(matches!(&rung[0].2, Navigate::Notice { account: whose, .. } if *whose == account.id));

    desk.change_settings(|settings| settings.notifications.hide_content = true);
    ring("hidden");
    assert!(!desk.bells.rung()[1].0.contains("hidden"));

    desk.change_settings(|settings| {
        settings.notifications.silenced.insert(account.id.clone());
    });
    ring("silenced");
    assert_eq!(desk.bells.rung().len(), 2);
    desk.close();
}
