//! Whether an open file was found to be damaged, by whoever met it first.

use tokio_util::sync::CancellationToken;

use crate::error::StoreError;

/// Shared by all that read and write one open file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Damage(CancellationToken);

impl Damage {
    /// Takes note where this is an error of a damaged file, and hands the result on.
    pub(crate) fn noted<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(StoreError::Damaged) = &result {
            self.0.cancel();
        }
        result
    }

    /// Whether somebody met it.
    pub(crate) fn is_met(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Waits until somebody meets it.
    pub(crate) async fn met(self) {
        self.0.cancelled().await;
    }
}
