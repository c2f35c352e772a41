//! The commands. Those that only read work beside a running Carillon; the others take the data folder.

mod accounts;
mod inbox;
mod listen;
mod status;
mod topics;

use std::sync::Arc;

use carillon_engine::{Engine, EngineError, Reader};

use crate::args::{Accounts, Args, Command};
use crate::failure::Failure;
use crate::setup::{self, Use};

pub(crate) async fn run(args: Args) -> Result<(), Failure> {
    let home = setup::home(args.home)?;
    let r#use = match &args.command {
        Command::Accounts(Accounts::Add(_)) => Use::Add,
        Command::Accounts(Accounts::List { .. } | Accounts::Remove { .. })
        | Command::Listen(_)
        | Command::Status { .. }
        | Command::Inbox(_)
        | Command::Subscribe(_)
        | Command::Unsubscribe(_) => Use::Read,
    };
    let vault = setup::vault(&home, r#use).await?;
    let reader = || Reader::beside(home.clone(), Arc::clone(&vault));
    let engine = async || {
        // Where nothing was ever added there is nothing to work with, and a mistyped folder is not made.
        if r#use == Use::Read && !home.is_made() {
            return Err(Failure::from(EngineError::NoAccount));
        }
        Ok(Engine::own(setup::parts(home.clone(), Arc::clone(&vault))).await?)
    };
    match args.command {
        Command::Accounts(command) => match command {
            Accounts::Add(add) => accounts::add(engine().await?, add).await,
            Accounts::List { json } => accounts::list(&reader(), json).await,
            Accounts::Remove { which } => accounts::remove(engine().await?, which).await,
        },
        Command::Listen(listen) => listen::run(engine().await?, listen).await,
        Command::Status { json } => status::run(&reader(), json).await,
        Command::Inbox(inbox) => inbox::run(&reader(), inbox).await,
        Command::Subscribe(room) => topics::subscribe(engine().await?, room).await,
        Command::Unsubscribe(room) => topics::unsubscribe(engine().await?, room).await,
    }
}
