//! The namespaces of a connection: how they come, what they get, how they go.

use std::{
    future::poll_fn,
    sync::Arc,
    task::{Context, Poll, ready},
};

use tokio::sync::oneshot;
use tracing::trace;

use super::{
    Driver, FAREWELL,
    member::{Fate, Member, Welcome},
};
use crate::{
    CloseReason, Refusal,
    membership::Membership,
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
                let member = self.members.swap_remove(place);
                self.succeed();
                // The others may have been left while this one was waited for.
                if self.is_running && !self.is_wanted_beside(&member.membership) {
                    return Err(CloseReason::Local);
                }
                Ok(())
            }
            Fate::Unwanted => self.leave(place),
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
    pub(super) fn enter(&mut self, mut member: Member, hello: Outgoing) {
        let name = &member.membership.namespace;
        if !member.is_wanted() {
            return;
        }
        let before = self.place(name).and_then(|place| self.members.get(place));
        let farewell = self.left.get(name);
        let is_free = before.is_none() && farewell.is_none_or(|farewell| *farewell <= self.farewells_read);
        if is_free {
            if farewell.is_some() {
                member.follows_another();
            }
            self.transmitter.hello(hello);
            self.members.push(member);
        } else if before.is_none_or(|before| !before.is_wanted()) && !self.waits(name) {
            // The server has not answered who was there before, or may not have read that it has left. Until then it
            // takes a CONNECT for a broken protocol: the official one looks at the next packet before it is done with
            // a DISCONNECT.
            self.waiting.push((member, hello));
        }
    }

    /// Whether a namespace is to be joined anew.
    fn waits(&self, namespace: &str) -> bool {
        self.waiting
            .iter()
            .any(|(member, _)| member.is_wanted() && member.membership.namespace == namespace)
    }

    /// Joins what can be joined now.
    fn succeed(&mut self) {
        for (member, hello) in std::mem::take(&mut self.waiting) {
            self.enter(member, hello);
        }
    }

    /// The server has read that this side has left so many namespaces.
    pub(super) fn farewell_read(&mut self, farewell: u64) {
        self.farewells_read = self.farewells_read.max(farewell);
        self.succeed();
    }

    /// Whether somebody wants another namespace than this one.
    fn is_wanted_beside(&self, this: &Arc<Membership>) -> bool {
        self.members
            .iter()
            .chain(self.waiting.iter().map(|(member, _)| member))
            .any(|member| member.is_wanted() && !Arc::ptr_eq(&member.membership, this))
    }

    fn place(&self, namespace: &str) -> Option<usize> {
        self.members
            .iter()
            .position(|member| member.membership.namespace == namespace)
    }

    /// Leaves the namespaces that nobody wants any more; with the last one the connection ends.
    pub(super) fn take_leaves(&mut self, cx: &mut Context<'_>) -> Result<(), CloseReason> {
        while let Poll::Ready(Some(membership)) = self.leaves.poll_recv(cx) {
            let is_it = |member: &Member| Arc::ptr_eq(&member.membership, &membership);
            let waiting = self.waiting.iter().position(|(member, _)| is_it(member));
            let place = self.members.iter().position(is_it);
            if waiting.or(place).is_none() {
                continue;
            }
            if !self.is_wanted_beside(&membership) {
                return Err(CloseReason::Local);
            }
            if let Some(waiting) = waiting {
                self.waiting.swap_remove(waiting);
            }
            // Before the server has answered it would take a DISCONNECT for a broken protocol.
            if let Some(place) = place
                && self.members.get(place).is_some_and(Member::is_joined)
            {
                self.leave(place)?;
            }
        }
        Ok(())
    }

    /// Tells the server that this side leaves a namespace, after all that is queued, and takes it out.
    fn leave(&mut self, place: usize) -> Result<(), CloseReason> {
        if let Some(member) = self.members.get(place) {
            let name = &member.membership.namespace;
            self.farewells = self.farewells.saturating_add(1);
            let probe = FAREWELL.saturating_add(self.farewells);
            self.transmitter.leave(packet::encode_disconnect(name), probe);
            self.left.insert(name.clone(), self.farewells);
        }
        self.remove(place, CloseReason::Local)
    }

    /// Takes a namespace out.
    ///
    /// # Errors
    /// The reason, if it was the last one that is wanted: then the connection ends with it.
    fn remove(&mut self, place: usize, reason: CloseReason) -> Result<(), CloseReason> {
        let Some(member) = self.members.get(place) else {
            return Ok(());
        };
        let membership = member.membership.clone();
        if !self.is_wanted_beside(&membership) {
            return Err(reason);
        }
        let member = self.members.swap_remove(place);
        membership.end_alone(reason);
        member.finish();
        self.succeed();
        Ok(())
    }

    /// Tells all namespaces why the connection ended.
    pub(super) fn end(&mut self, reason: &CloseReason) {
        let waiting = self.waiting.drain(..).map(|(member, _)| member);
        for member in self.members.drain(..).chain(waiting) {
            member.membership.end(reason.clone());
            member.finish();
        }
    }
}
