//! What a person does with the inbox over all accounts.

use carillon_contract::view::{NoticeFilter, NoticePage};
use carillon_contract::{AccountId, Notice};
use carillon_store::inbox::Change;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::keeper::tell;

/// The most notices that one page holds, whatever is asked for.
const PAGE: u32 = 500;

impl Engine {
    /// A page of the inbox over these accounts (none means all that can be read), newest first, behind a notice.
    ///
    /// # Errors
    /// Where the registry, or the file of an account that was named, can't be read.
    pub async fn notices(
        &self,
        accounts: &[AccountId],
        filter: NoticeFilter,
        behind: Option<&Notice>,
        limit: u32,
    ) -> Result<NoticePage, EngineError> {
        let limit = limit.clamp(1, PAGE);
        let accounts = self.or_all(accounts).await?;
        // One more than asked for tells whether there is more.
        let mut notices = self.reader.inbox(&accounts, filter, behind, limit + 1).await?;
        let shown = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = notices.len() > shown;
        notices.truncate(shown);
        Ok(NoticePage { notices, more })
    }

    /// Notices of all accounts that hold every word, newest first.
    ///
    /// # Errors
    /// Where a file can't be read.
    pub async fn search(&self, text: &str, limit: u32) -> Result<Vec<Notice>, EngineError> {
        let accounts = self.or_all(&[]).await?;
        self.reader
            .search(&accounts, text, false, limit.clamp(1, PAGE))
            .await
    }

    /// Does something with notices, and tells.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn change_notices(
        &self,
        account: &AccountId,
        change: Change,
        ids: Vec<i64>,
    ) -> Result<(), EngineError> {
        let store = self.reader.store(account).await?;
        let changed = store.change(change, ids, self.parts.clock.now()).await?;
        tell(&self.hub, account, changed);
        Ok(())
    }

    /// Marks everything in the inbox of these accounts read (none means all), and tells.
    ///
    /// # Errors
    /// Where a file can't be written.
    pub async fn read_all(&self, accounts: &[AccountId]) -> Result<(), EngineError> {
        for account in self.or_all(accounts).await? {
            let store = self.reader.store(&account).await?;
            let changed = store.read_all(self.parts.clock.now()).await?;
            tell(&self.hub, &account, changed);
        }
        Ok(())
    }

    /// These accounts, or all whose files can be read.
    async fn or_all(&self, accounts: &[AccountId]) -> Result<Vec<AccountId>, EngineError> {
        if !accounts.is_empty() {
            return Ok(accounts.to_vec());
        }
        let all = self.reader.accounts().await?;
        Ok(all
            .into_iter()
            .filter(|(_, account)| account.is_ok())
            .map(|(entry, _)| entry.id)
            .collect())
    }
}
