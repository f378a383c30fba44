//! What happens at the same time, and the crash in the middle of it.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use connectors::sandbox::Decision;
use domain::OperationId;
use testkit::{Answer, World};
use tokio::task::JoinSet;

use super::buyer::{self, Deed, Seen};
use super::{Merchant, Request};
use crate::Tally;

/// Something that happens beside other things.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// The merchant asks for something.
    Ask(Request),
    /// The merchant asks once more, and was answered like this the first time.
    Repeat(Request, Vec<u8>),
    /// A buyer of an invoice does something.
    Visit(Deed),
    /// A payer on a page of the bank decides.
    Decide(OperationId, Decision),
    /// Due work is done.
    Jobs,
    /// Messages go out.
    Mail,
    /// Notifications go out.
    Carry,
}

/// What came of it.
enum Done {
    Answered(Request, Answer),
    Repeated(Request, Vec<u8>, Answer),
    Seen(Deed, Result<Seen>),
    Worked(Result<()>),
}

impl Act {
    async fn perform(self, world: &World, credentials: &str) -> Done {
        match self {
            Self::Ask(request) => {
                let answer = send(world, credentials, &request).await;
                Done::Answered(request, answer)
            }
            Self::Repeat(request, bytes) => {
                let answer = send(world, credentials, &request).await;
                Done::Repeated(request, bytes, answer)
            }
            Self::Visit(deed) => Done::Seen(deed, buyer::act(world, deed).await),
            Self::Decide(operation, decision) => {
                // A page that the bank does not know is one whose payment is lost.
                drop(app::sandbox::decide(&world.app, operation, decision).await);
                Done::Worked(Ok(()))
            }
            Self::Jobs => {
                let worked = worker::run_due(&world.app).await;
                Done::Worked(worked.context("due work"))
            }
            Self::Mail => {
                world.send_messages().await;
                Done::Worked(Ok(()))
            }
            Self::Carry => {
                worker::carry_all_due(&world.app).await;
                Done::Worked(Ok(()))
            }
        }
    }
}

pub(super) async fn send(world: &World, credentials: &str, request: &Request) -> Answer {
    let Request {
        path, key, body, ..
    } = request;
    world.call_as(credentials, "POST", path, key, body).await
}

impl Merchant {
    /// Does all this at the same time; with `crash_after` only until the platform has done so many
    /// units of work: what is under way then gets no answer.
    pub(super) async fn act(
        &mut self,
        world: &Arc<World>,
        acts: Vec<Act>,
        crash_after: Option<u64>,
        tally: &mut Tally,
    ) -> Result<()> {
        let mut tasks = JoinSet::new();
        let mut asked = Vec::new();
        let before = world.store.statistics().units;
        for act in acts {
            let world = Arc::clone(world);
            let credentials = match &act {
                Act::Ask(request) | Act::Repeat(request, _) => {
                    self.business.credentials(request.by)
                }
                Act::Visit(_) | Act::Decide(..) | Act::Jobs | Act::Mail | Act::Carry => {
                    String::new()
                }
            };
            if let Act::Ask(request) = &act {
                asked.push(request.clone());
            }
            tasks.spawn(async move { act.perform(&world, &credentials).await });
        }
        let mut done = Vec::new();
        match crash_after {
            None => {
                while let Some(one) = tasks.join_next().await {
                    done.push(one?);
                }
            }
            Some(units) => {
                while !tasks.is_empty() && world.store.statistics().units < before + units {
                    tokio::task::yield_now().await;
                    while let Some(one) = tasks.try_join_next() {
                        done.push(one?);
                    }
                }
                tasks.abort_all();
            }
        }
        tally.requests += u64::try_from(asked.len())?;
        self.take_in(asked, done, tally)
    }

    fn take_in(
        &mut self,
        mut asked: Vec<Request>,
        done: Vec<Done>,
        tally: &mut Tally,
    ) -> Result<()> {
        for done in done {
            match done {
                Done::Answered(request, answer) => {
                    asked.retain(|open| open.key != request.key);
                    self.told(&request, &answer, tally)?;
                }
                Done::Repeated(request, bytes, answer) => {
                    tally.repeated += 1;
                    is_the_same(&request, &bytes, &answer)?;
                }
                Done::Seen(deed, seen) => {
                    tally.visits += 1;
                    let seen = seen.with_context(|| format!("{deed:?}"))?;
                    self.saw(seen)?;
                }
                Done::Worked(worked) => worked?,
            }
        }
        tally.unanswered += u64::try_from(asked.len())?;
        self.open.extend(asked);
        Ok(())
    }
}

/// A repetition gets the first answer, byte for byte.
fn is_the_same(request: &Request, bytes: &[u8], answer: &Answer) -> Result<()> {
    let (path, key) = (&request.path, &request.key);
    let status = answer.status.as_u16();
    let same = status == 200 && answer.bytes == bytes;
    ensure!(
        same,
        "{path} with {key} was answered {} and then {status}: {}",
        String::from_utf8_lossy(bytes),
        String::from_utf8_lossy(&answer.bytes)
    );
    Ok(())
}
