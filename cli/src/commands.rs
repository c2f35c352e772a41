//! The commands. Those that only read work beside a running Carillon; the others take the data folder.

mod accounts;
mod erase;
mod export;
mod inbox;
mod listen;
mod status;
mod topics;
mod tune;

use carillon_engine::home::Home;
use carillon_engine::parts::{Platforms, VaultState};
use carillon_engine::{Engine, EngineError, Reader};

use crate::args::{Accounts, Add, Args, Command};
use crate::failure::Failure;
use crate::setup::{self, Use};

pub(crate) async fn run(args: Args) -> Result<(), Failure> {
    let home = setup::home(args.home)?;
    let reader = async || {
        let vault = setup::vault(&home, Use::Read).await?;
        Ok::<_, Failure>(Reader::beside(home.clone(), vault))
    };
    let engine = async || {
        let vault = setup::vault(&home, Use::Read).await?;
        // Where nothing was ever added there is nothing to work with, and a mistyped folder is not made.
        if !home.is_made() {
            return Err(Failure::from(EngineError::NoAccount));
        }
        let parts = setup::parts(home.clone(), vault, Platforms::built_in());
        Ok(Engine::own(parts).await?)
    };
    match args.command {
        Command::Accounts(command) => match command {
            Accounts::Add(asked) => add(home, asked).await,
            Accounts::List { json } => accounts::list(&reader().await?, json).await,
            Accounts::Tune(asked) => tune::run(engine().await?, asked).await,
            Accounts::Remove { which } => accounts::remove(engine().await?, which).await,
        },
        Command::Listen(listen) => listen::run(engine().await?, listen).await,
        Command::Status { which, json } => status::run(&reader().await?, which, json).await,
        Command::Inbox(inbox) => inbox::run(&reader().await?, inbox).await,
        Command::Export(asked) => export::run(&reader().await?, asked).await,
        Command::Erase(asked) => {
            asked.confirm()?;
            erase::run(engine().await?, asked).await
        }
        Command::Subscribe(room) => topics::subscribe(engine().await?, room).await,
        Command::Unsubscribe(room) => topics::unsubscribe(engine().await?, room).await,
    }
}

/// The one command that makes a vault and a data folder, once what was asked for makes sense.
async fn add(home: Home, asked: Add) -> Result<(), Failure> {
    let platforms = Platforms::built_in();
    let asked = accounts::Asked::read(asked, &platforms)?;
    let vault = setup::vault(&home, Use::Add).await?;
    // No folder is made for an account that could not be kept.
    match vault.state().await {
        VaultState::Ready => {}
        state => return Err(EngineError::VaultState(state).into()),
    }
    let engine = Engine::own(setup::parts(home, vault, platforms)).await?;
    accounts::add(engine, asked).await
}
