//! What goes wrong between the platform and the sandbox: faults that a test queues for the next
//! calls, or that come by chance from a seed in the simulation. Nothing here knows money.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::numbers;
use crate::gate::Gate;

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Hold or take money.
    Authorize,
    /// Take held money.
    Capture,
    /// Let held money go.
    Void,
    /// Give money back.
    Refund,
    /// Bind a means.
    Bind,
    /// Name a card that is to be paid.
    Identify,
    /// Send money.
    PayOut,
    /// Keep a card.
    Tokenize,
    /// Look an operation up.
    LookUp,
}

/// What goes wrong with a call.
#[derive(Clone, Debug)]
pub enum Fault {
    /// It is carried out at once and answered when the gate opens.
    Slow(Gate),
    /// It is carried out and not answered.
    ReplyLost,
    /// It never arrives, which the caller does not know.
    RequestLost,
    /// It never leaves, which the caller knows.
    NotSent,
    /// It arrives and is not answered; it is carried out by
    /// [`Sandbox::carry_out_late`](super::Sandbox::carry_out_late), whose answer comes as a
    /// callback. Until then a look-up finds it open.
    Late,
    /// Like [`Fault::Late`], but until it is carried out a look-up finds nothing. Of a look-up: it
    /// finds nothing.
    Delayed,
    /// The acquirer refuses it: a capture, a refund or a payout. Others are carried out, for
    /// payers and their cards have refusals of their own, and what is held can be let go.
    Declined,
    /// Like [`Fault::Declined`], but [`Sandbox::carry_out_late`](super::Sandbox::carry_out_late)
    /// carries it out after all, if the payment's money still allows it, and calls back.
    Overruled,
}

/// What goes wrong with a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallbackFault {
    /// It never comes.
    Lost,
    /// It comes twice.
    Twice,
    /// It waits for [`Sandbox::release_callbacks`](super::Sandbox::release_callbacks).
    Held,
}

/// How often what goes wrong by chance, each in a thousand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chances {
    /// [`Fault::ReplyLost`].
    pub reply_lost: u32,
    /// [`Fault::RequestLost`].
    pub request_lost: u32,
    /// [`Fault::NotSent`].
    pub not_sent: u32,
    /// [`Fault::Late`].
    pub late: u32,
    /// [`Fault::Delayed`].
    pub delayed: u32,
    /// [`Fault::Declined`].
    pub declined: u32,
    /// [`Fault::Overruled`].
    pub overruled: u32,
    /// [`CallbackFault::Lost`].
    pub callback_lost: u32,
    /// [`CallbackFault::Twice`].
    pub callback_twice: u32,
    /// [`CallbackFault::Held`].
    pub callback_held: u32,
}

/// The script: queued faults come first, then chance decides.
#[derive(Debug, Default)]
pub struct Script(Mutex<Lines>);

#[derive(Debug, Default)]
struct Lines {
    calls: VecDeque<(Option<Call>, Fault)>,
    callbacks: VecDeque<CallbackFault>,
    chances: Chances,
    /// State of the generator of chance, SplitMix64.
    chance: u64,
}

impl Script {
    /// The next call goes wrong, whichever it is.
    pub fn next_call(&self, fault: Fault) {
        self.lines().calls.push_back((None, fault));
    }

    /// The next call of this kind goes wrong.
    pub fn next(&self, call: Call, fault: Fault) {
        self.lines().calls.push_back((Some(call), fault));
    }

    /// The next callback goes wrong.
    pub fn next_callback(&self, fault: CallbackFault) {
        self.lines().callbacks.push_back(fault);
    }

    /// From now on things go wrong by chance, the same way for the same seed and calls.
    pub fn by_chance(&self, seed: u64, chances: Chances) {
        let mut lines = self.lines();
        lines.chances = chances;
        lines.chance = seed;
    }

    /// From now on nothing goes wrong.
    pub fn calm(&self) {
        *self.lines() = Lines::default();
    }

    pub(super) fn call(&self, call: Call) -> Option<Fault> {
        let mut lines = self.lines();
        let fits = |wanted: &Option<Call>| wanted.is_none_or(|wanted| wanted == call);
        if let Some(index) = lines.calls.iter().position(|(wanted, _)| fits(wanted)) {
            return lines.calls.remove(index).map(|(_, fault)| fault);
        }
        let chances = lines.chances;
        lines.draw(&[
            (chances.reply_lost, Fault::ReplyLost),
            (chances.request_lost, Fault::RequestLost),
            (chances.not_sent, Fault::NotSent),
            (chances.late, Fault::Late),
            (chances.delayed, Fault::Delayed),
            (chances.declined, Fault::Declined),
            (chances.overruled, Fault::Overruled),
        ])
    }

    pub(super) fn callback(&self) -> Option<CallbackFault> {
        let mut lines = self.lines();
        if let Some(fault) = lines.callbacks.pop_front() {
            return Some(fault);
        }
        let chances = lines.chances;
        lines.draw(&[
            (chances.callback_lost, CallbackFault::Lost),
            (chances.callback_twice, CallbackFault::Twice),
            (chances.callback_held, CallbackFault::Held),
        ])
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lines {
    /// Draws one of `lots`, each with its weight of a thousand, or none.
    fn draw<T: Clone>(&mut self, lots: &[(u32, T)]) -> Option<T> {
        if lots.iter().all(|(weight, _)| *weight == 0) {
            return None;
        }
        let mut drawn = random(&mut self.chance) % 1_000;
        for (weight, lot) in lots {
            match drawn.checked_sub(u64::from(*weight)) {
                Some(rest) => drawn = rest,
                None => return Some(lot.clone()),
            }
        }
        None
    }
}

/// The next number of the generator with this state (SplitMix64).
pub(super) fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    numbers::finished(*state)
}
