//! Counts and measures calls to the outside: an acquirer, a courier, a mailer and an SMS gateway
//! around the real ones.

use std::sync::Arc;

use async_trait::async_trait;
use connectors::acquirer::{Authorize, Bind, Follow, Found, Statement, Tokenize, Tokenized};
use connectors::courier::{Outcome, Parcel, Receipt};
use connectors::mail::Mail;
use connectors::payer::{CardSource, Identified, PayOut, SbpBank};
use connectors::sms::Sms;
use connectors::{Acquirer, CallError, Courier, Mailer, Payer, SmsGateway};
use domain::message::{Channel, Outcome as Said};
use domain::{Answer, Duration, OperationId};

use crate::clock::Stopwatch;
use crate::metrics::Metrics;

/// An acquirer whose calls are counted.
pub(crate) struct MeteredAcquirer {
    pub(crate) inner: Arc<dyn Acquirer>,
    pub(crate) metrics: Metrics,
}

/// A payer whose calls are counted.
pub(crate) struct MeteredPayer {
    pub(crate) inner: Arc<dyn Payer>,
    pub(crate) metrics: Metrics,
}

/// A courier whose notifications are counted.
pub(crate) struct MeteredCourier {
    pub(crate) inner: Arc<dyn Courier>,
    pub(crate) metrics: Metrics,
}

/// A mailer whose mails are counted.
pub(crate) struct MeteredMailer {
    pub(crate) inner: Arc<dyn Mailer>,
    pub(crate) metrics: Metrics,
}

/// An SMS gateway whose messages are counted.
pub(crate) struct MeteredSms {
    pub(crate) inner: Arc<dyn SmsGateway>,
    pub(crate) metrics: Metrics,
}

type Answered = Result<Answer, CallError>;

/// The outcome of a call.
fn outcome(answer: &Answered) -> &'static str {
    match answer {
        Ok(Answer::Approved(_)) => "approved",
        Ok(Answer::Challenged(_)) => "challenged",
        Ok(Answer::Declined { .. }) => "declined",
        Err(error) => failure(error),
    }
}

/// The outcome of a look-up.
fn finding(found: &Result<Found, CallError>) -> &'static str {
    match found {
        Ok(Found::Nothing) => "nothing",
        Ok(Found::Open) => "open",
        Ok(Found::Answered(_)) => "answered",
        Err(error) => failure(error),
    }
}

fn failure(error: &CallError) -> &'static str {
    match error {
        CallError::NotSent(_) => "not_sent",
        CallError::Unknown(_) => "unknown",
    }
}

impl MeteredAcquirer {
    fn count(&self, call: &'static str, watch: Stopwatch, answer: &Answered) {
        self.metrics.called(call, outcome(answer), watch.elapsed());
    }
}

#[async_trait]
impl Payer for MeteredPayer {
    async fn identify(&self, card: CardSource) -> Result<Identified, CallError> {
        let watch = Stopwatch::start();
        let known = self.inner.identify(card).await;
        let outcome = known.as_ref().map_or_else(failure, |_| "answered");
        self.metrics.called("identify", outcome, watch.elapsed());
        known
    }

    async fn pay_out(&self, request: PayOut) -> Answered {
        let watch = Stopwatch::start();
        let answer = self.inner.pay_out(request).await;
        self.metrics
            .called("pay_out", outcome(&answer), watch.elapsed());
        answer
    }

    async fn look_up(&self, operation: OperationId) -> Result<Found, CallError> {
        let watch = Stopwatch::start();
        let found = self.inner.look_up(operation).await;
        self.metrics
            .called("look_up_payout", finding(&found), watch.elapsed());
        found
    }

    fn arrives_within(&self) -> Duration {
        self.inner.arrives_within()
    }

    async fn statement(&self, after: Option<OperationId>) -> Result<Option<Statement>, CallError> {
        self.inner.statement(after).await
    }

    async fn sbp_banks(&self) -> Result<Vec<SbpBank>, CallError> {
        let watch = Stopwatch::start();
        let banks = self.inner.sbp_banks().await;
        let outcome = banks.as_ref().map_or_else(failure, |_| "answered");
        self.metrics.called("sbp_banks", outcome, watch.elapsed());
        banks
    }
}

#[async_trait]
impl Acquirer for MeteredAcquirer {
    fn arrives_within(&self) -> Duration {
        self.inner.arrives_within()
    }

    async fn statement(&self, after: Option<OperationId>) -> Result<Option<Statement>, CallError> {
        self.inner.statement(after).await
    }

    async fn authorize(&self, request: Authorize) -> Answered {
        let watch = Stopwatch::start();
        let answer = self.inner.authorize(request).await;
        self.count("authorize", watch, &answer);
        answer
    }

    async fn capture(&self, request: Follow) -> Answered {
        let watch = Stopwatch::start();
        let answer = self.inner.capture(request).await;
        self.count("capture", watch, &answer);
        answer
    }

    async fn void(&self, request: Follow) -> Answered {
        let watch = Stopwatch::start();
        let answer = self.inner.void(request).await;
        self.count("void", watch, &answer);
        answer
    }

    async fn refund(&self, request: Follow) -> Answered {
        let watch = Stopwatch::start();
        let answer = self.inner.refund(request).await;
        self.count("refund", watch, &answer);
        answer
    }

    async fn bind(&self, request: Bind) -> Answered {
        let watch = Stopwatch::start();
        let answer = self.inner.bind(request).await;
        self.count("bind", watch, &answer);
        answer
    }

    async fn tokenize(&self, request: Tokenize) -> Result<Tokenized, CallError> {
        let watch = Stopwatch::start();
        let kept = self.inner.tokenize(request).await;
        let outcome = match &kept {
            Ok(Tokenized::Kept { .. }) => "kept",
            Ok(Tokenized::CountryForbidden | Tokenized::CountryUnknown) => "declined",
            Err(CallError::NotSent(_)) => "not_sent",
            Err(CallError::Unknown(_)) => "unknown",
        };
        self.metrics.called("tokenize", outcome, watch.elapsed());
        kept
    }

    async fn look_up(&self, operation: OperationId) -> Result<Found, CallError> {
        let watch = Stopwatch::start();
        let found = self.inner.look_up(operation).await;
        let finding = finding(&found);
        self.metrics.called("look_up", finding, watch.elapsed());
        found
    }
}

#[async_trait]
impl Courier for MeteredCourier {
    async fn post(&self, parcel: Parcel) -> Receipt {
        let watch = Stopwatch::start();
        let receipt = self.inner.post(parcel).await;
        let outcome = match &receipt.outcome {
            Outcome::Answered { status: 200, .. } => "delivered",
            Outcome::Answered { .. } => "refused",
            Outcome::Failed { .. } => "failed",
            Outcome::Forbidden { .. } => "forbidden",
        };
        self.metrics.carried(outcome, watch.elapsed());
        receipt
    }
}

/// The outcome of an attempt to send a message.
fn said(outcome: &Said) -> &'static str {
    match outcome {
        Said::Accepted { .. } => "accepted",
        Said::NoServer => "no_server",
        Said::Refused { .. } => "refused",
        Said::Failed { .. } => "failed",
    }
}

#[async_trait]
impl Mailer for MeteredMailer {
    async fn send(&self, mail: Mail) -> Said {
        let watch = Stopwatch::start();
        let outcome = self.inner.send(mail).await;
        let (channel, said) = (Channel::Email.code(), said(&outcome));
        self.metrics.handed_over(channel, said, watch.elapsed());
        outcome
    }
}

#[async_trait]
impl SmsGateway for MeteredSms {
    async fn send(&self, sms: Sms) -> Said {
        let watch = Stopwatch::start();
        let outcome = self.inner.send(sms).await;
        let (channel, said) = (Channel::Sms.code(), said(&outcome));
        self.metrics.handed_over(channel, said, watch.elapsed());
        outcome
    }
}
