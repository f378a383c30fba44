//! A bank that contradicts itself: it refuses a capture, a refund or a payout, and carries it out
//! after all.

use domain::Answer;

use super::callback::Callback;
use super::followup::{Followup, Step};
use super::memory::{MemoryError, Record};
use super::payout::Paid;
use super::purchase::Ruling;
use super::reference::Reference;
use super::{Request, Sandbox, TRIES_MAX, changed};
use crate::acquirer::{CallError, Follow};
use crate::payer::PayOut;

impl Sandbox {
    /// Everything so far that was refused and carried out after all, with what is said of it.
    #[must_use]
    pub fn overruled(&self) -> Vec<Callback> {
        self.state().overruled.clone()
    }

    /// Carries out what was refused, and calls back. How much that was.
    pub(super) async fn overrule_all(&self) -> Result<usize, CallError> {
        let refused = std::mem::take(&mut self.state().refused);
        let mut count = 0_usize;
        for request in refused {
            if let Some(callback) = self.overrule(request).await? {
                count = count.saturating_add(1);
                self.state().overruled.push(callback.clone());
                self.call_back(callback);
            }
        }
        Ok(count)
    }

    /// Carries out what was refused. `None` if it is not something that can be refused, or its
    /// payment's money does not allow it.
    async fn overrule(&self, request: Request) -> Result<Option<Callback>, CallError> {
        let (shop_id, operation) = (request.shop_id(), request.operation());
        let answer = match request {
            Request::Follow(step, request) => self.overrule_follow(step, &request).await,
            Request::PayOut(request) => self.overrule_payout(request).await,
            Request::Authorize(_) | Request::Bind(_) => Ok(None),
        };
        let answer = answer.map_err(|error| CallError::Unknown(Some(error)))?;
        Ok(answer.map(|answer| Callback {
            shop_id,
            operation,
            answer,
        }))
    }

    async fn overrule_follow(
        &self,
        step: Step,
        request: &Follow,
    ) -> Result<Option<Answer>, MemoryError> {
        let operation = request.operation;
        let Some(paid_by) = Reference::parse(&request.reference).map(|known| known.operation)
        else {
            return Ok(None);
        };
        let _turn = self.turn(paid_by).await;
        for _ in 0..TRIES_MAX {
            let Some((_, refused)) = self.recall(operation).await? else {
                return Ok(None);
            };
            let Some((Record::Purchase(_, purchase), before)) = self.recall(paid_by).await? else {
                return Ok(None);
            };
            let (followup, next) = Followup::decide(step, request.clone(), Some(&purchase));
            let Some(next) = next else { return Ok(None) };
            let record = Record::Followup(operation, followup);
            let changes = vec![
                changed(&record, Some(refused))?,
                changed(&Record::Purchase(paid_by, next), Some(before))?,
            ];
            if self.memory.change(request.shop_id, changes).await? {
                return Ok(Some(record.answer(&self.base_url)));
            }
        }
        Err("others are always faster".into())
    }

    async fn overrule_payout(&self, request: PayOut) -> Result<Option<Answer>, MemoryError> {
        let (shop_id, operation) = (request.shop_id, request.operation);
        let paid = Paid::decide(request);
        let Some((_, refused)) = self.recall(operation).await? else {
            return Ok(None);
        };
        if paid.ruling != Ruling::Approved {
            return Ok(None);
        }
        let record = Record::Payout(operation, paid);
        let change = changed(&record, Some(refused))?;
        let stands = self.memory.change(shop_id, vec![change]).await?;
        Ok(stands.then(|| record.answer(&self.base_url)))
    }
}
