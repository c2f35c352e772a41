//! The namespaces of a connection: how they come, what they get, how they go.

use std::{
    future::poll_fn,
    sync::Arc,
    task::{Context, Poll, ready},
};

use tokio::sync::oneshot;
use tracing::trace;

use super::{
    Driver,
    member::{Fate, Member, Welcome},
};
use crate::{
    CloseReason, Refusal,
    packet::{self, Decoded, Outgoing},
};

impl Driver {
    /// Joins a namespace and runs until the server has answered. Events that come before the answer are kept; what an
    /// earlier connection missed comes so.
    pub(crate) async fn join(
        &mut self,
        member: Member,
        hello: Outgoing,
        mut answer: oneshot::Receiver<Result<Welcome, Refusal>>,
    ) -> Result<Result<Welcome, Refusal>, CloseReason> {
        self.enter(member, hello);
        poll_fn(|cx| {
            let ended = self.poll(cx);
            if let Ok(answer) = answer.try_recv() {
                // A server may accept and close in one go; the end is then told by `run`.
                if let Poll::Ready(reason) = ended {
                    self.ended = Some(reason);
                }
                return Poll::Ready(Ok(answer));
            }
            ended.map(Err)
        })
        .await
    }

    /// Gives a packet to its namespace.
    pub(super) fn packet(&mut self, Decoded { packet, bytes }: Decoded) -> Result<(), CloseReason> {
        let place = self.place(&packet.namespace);
        let Some((place, member)) = place.and_then(|place| Some((place, self.members.get_mut(place)?)))
        else {
            trace!("A packet of another namespace was left out");
            return Ok(());
        };
        match member.take(packet.body, bytes, &self.shared, &self.respond)? {
            Fate::Stays => Ok(()),
            Fate::Refused => {
                self.members.swap_remove(place);
                // The others may have been left while this one was waited for.
                if self.is_running && self.members.is_empty() {
                    return Err(CloseReason::Local);
                }
                Ok(())
            }
            Fate::Ended(reason) => self.remove(place, reason),
        }
    }

    /// Ready if all namespaces have room: there is one order, so the slowest reader sets the pace.
    pub(super) fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        for member in &mut self.members {
            ready!(member.poll_room(cx));
        }
        Poll::Ready(())
    }

    /// Begins to join a namespace. Who asks for one that is there already gets no answer.
    pub(super) fn enter(&mut self, member: Member, hello: Outgoing) {
        let name = &member.membership.namespace;
        if !member.membership.is_leaving() && self.place(name).is_none() {
            self.transmitter.hello(hello);
            self.members.push(member);
        }
    }

    fn place(&self, namespace: &str) -> Option<usize> {
        self.members
            .iter()
            .position(|member| member.membership.namespace == namespace)
    }

    /// Leaves the namespaces that nobody wants any more; with the last one the connection ends.
    pub(super) fn take_leaves(&mut self, cx: &mut Context<'_>) -> Result<(), CloseReason> {
        while let Poll::Ready(Some(membership)) = self.leaves.poll_recv(cx) {
            let place = self
                .members
                .iter()
                .position(|member| Arc::ptr_eq(&member.membership, &membership));
            let Some(place) = place else { continue };
            if self.members.len() == 1 {
                return Err(CloseReason::Local);
            }
            // Also before the server has answered: it may be about to.
            self.transmitter
                .leave(packet::encode_disconnect(&membership.namespace));
            self.remove(place, CloseReason::Local)?;
        }
        Ok(())
    }

    /// Takes a namespace out.
    ///
    /// # Errors
    /// The reason, if it was the last one: then the connection ends with it.
    fn remove(&mut self, place: usize, reason: CloseReason) -> Result<(), CloseReason> {
        if self.members.len() == 1 {
            return Err(reason);
        }
        let member = self.members.swap_remove(place);
        member.membership.end_alone(reason);
        member.finish();
        Ok(())
    }

    /// Tells all namespaces why the connection ended.
    pub(super) fn end(&mut self, reason: &CloseReason) {
        for member in self.members.drain(..) {
            member.membership.end(reason.clone());
            member.finish();
        }
    }
}
