//! The commands. Those that only read work beside a running Carillon; the others take the data folder.

mod accounts;
mod inbox;
mod listen;
mod status;
mod topics;

use carillon_engine::{Engine, Reader};

use crate::args::{Args, Command};
use crate::failure::Failure;
use crate::setup;

pub(crate) async fn run(args: Args) -> Result<(), Failure> {
    let home = setup::home(args.home)?;
    let vault = setup::vault(&home).await?;
    let reader = || Reader::beside(home.clone(), std::sync::Arc::clone(&vault));
    let engine = || Engine::own(setup::parts(home.clone(), std::sync::Arc::clone(&vault)));
    match args.command {
        Command::Accounts(command) => match command {
            crate::args::Accounts::Add(add) => accounts::add(engine().await?, add).await,
            crate::args::Accounts::List { json } => accounts::list(&reader(), json).await,
            crate::args::Accounts::Remove { which } => accounts::remove(engine().await?, which).await,
        },
        Command::Listen(listen) => listen::run(engine().await?, listen).await,
        Command::Status { json } => status::run(&reader(), json).await,
        Command::Inbox(inbox) => inbox::run(&reader(), inbox).await,
        Command::Subscribe(room) => topics::subscribe(engine().await?, room).await,
        Command::Unsubscribe(room) => topics::unsubscribe(engine().await?, room).await,
    }
}
