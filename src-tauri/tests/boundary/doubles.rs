//! Stand-ins for what of the system a test can't look at: notifications and the browser. They remember.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use carillon_app::notifier::Bell;
use carillon_app::state::Browser;
use carillon_contract::view::Navigate;
use carillon_contract::{ApiError, ErrorCode};
use url::Url;

/// Remembers what rang.
#[derive(Default)]
pub(crate) struct Bells {
    rung: Mutex<Vec<(String, String, Navigate)>>,
    /// Whether the system lets nothing through.
    pub(crate) muted: AtomicBool,
}

impl Bells {
    pub(crate) fn rung(&self) -> Vec<(String, String, Navigate)> {
        self.rung.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Bell for Bells {
    async fn permit(&self) -> Result<(), ApiError> {
        if self.muted.load(Ordering::Relaxed) {
            return Err(ApiError {
                code: ErrorCode::Invalid,
                message: "The system shows nothing.".to_owned(),
            });
        }
        Ok(())
    }

    fn ring(&self, title: &str, body: &str, goes: &Navigate) -> Result<(), ApiError> {
        let rung = (title.to_owned(), body.to_owned(), goes.clone());
        self.rung
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(rung);
        Ok(())
    }
}

/// Remembers what was opened.
#[derive(Default)]
pub(crate) struct Pages(Mutex<Vec<String>>);

impl Pages {
    pub(crate) fn opened(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Browser for Pages {
    fn open(&self, page: &Url) -> Result<(), ApiError> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(page.to_string());
        Ok(())
    }
}
