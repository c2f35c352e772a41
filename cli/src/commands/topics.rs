//! `subscribe` and `unsubscribe`: kept in the store and joined on every connection.

use carillon_contract::Topic;
use carillon_engine::Engine;

use crate::args::Room;
use crate::failure::Failure;
use crate::out;

pub(crate) async fn subscribe(engine: Engine, room: Room) -> Result<(), Failure> {
    let account = engine.reader().account(room.which.account.as_deref()).await?;
    let topic = engine
        .follow(
            &account,
            &Topic {
                kind: room.room,
                id: room.id,
            },
        )
        .await?;
    out::line(&format!(
        "Following {} {} on every connection from now on.",
        topic.kind, topic.id
    ))?;
    engine.stop().await;
    Ok(())
}

pub(crate) async fn unsubscribe(engine: Engine, room: Room) -> Result<(), Failure> {
    let account = engine.reader().account(room.which.account.as_deref()).await?;
    let topic = Topic {
        kind: room.room,
        id: room.id,
    };
    let was = engine.unfollow(&account, &topic).await?;
    let words = if was {
        "Following it no longer"
    } else {
        "It was not followed"
    };
    out::line(&format!("{words}: {} {}", topic.kind, topic.id))?;
    engine.stop().await;
    Ok(())
}
