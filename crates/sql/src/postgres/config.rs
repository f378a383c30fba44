//! Where the server is, and what a session of ours is set to.

use std::time::Duration;

use tokio_postgres::{CancelToken, Client, Error, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::tls;
use crate::error::StoreError;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const RECONNECT_TIMEOUT: Duration = Duration::from_millis(800);

/// How long a server may leave what was sent unacknowledged.
const SILENCE_MAX: Duration = Duration::from_secs(10);

/// What each session starts with.
///
/// A short `lock_timeout` turns waiting chains into replays, long before the server's
/// deadlock detection. A session that lost its process must not hold locks for long.
/// `synchronous_commit` may be stricter than `on`, but never off. Plans are not compiled: that
/// takes longer than to run them, and what [`FEW_ROWS`] switches off looks costly.
pub(super) const SESSION: &str = "\
set lock_timeout = '50ms';
set idle_in_transaction_session_timeout = '30s';
set client_min_messages = warning;
set timezone = 'UTC';
set jit = off;
select set_config('synchronous_commit', 'on', false)
 where current_setting('synchronous_commit') = 'off'";

/// What a session is set to whose statements all start from a few rows.
///
/// A plan is kept from when a table was small, so no plan may scan a table that has an index to go
/// by, join by reading one side whole, or sort what an index has in order.
pub(super) const FEW_ROWS: &str = "\
set enable_seqscan = off;
set enable_hashjoin = off;
set enable_mergejoin = off;
set enable_bitmapscan = off;
set enable_sort = off";

/// What a patient reader's session is set to, whose statements may read a lot.
///
/// The server plans as it sees fit, anew for each execution, since a plan that was right for a
/// small table can be a thousand times too slow for a large one. It takes one processor and no
/// more. It looks every second whether this process is still there, where the server's system can
/// tell: a statement does not outlive whoever asked for it.
pub(super) const MANY_ROWS: &str = "\
set plan_cache_mode = force_custom_plan;
set max_parallel_workers_per_gather = 0;
do $$
begin
  perform set_config('client_connection_check_interval', '1s', false);
exception when others then null;
end
$$";

/// What a lane's session is set to beside that. Each transaction of a lane begins with
/// `read write`.
pub(super) const WRITES_IN_TRANSACTIONS_ONLY: &str = "set default_transaction_read_only = on";

/// The parsed address of a database.
#[derive(Clone)]
pub(crate) struct Config {
    inner: tokio_postgres::Config,
    tls: Option<MakeRustlsConnect>,
}

impl Config {
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        let (rest, asked) = tls::divided(url)?;
        let mut inner: tokio_postgres::Config = rest
            .parse()
            .map_err(|error| StoreError::engine("read the database's address", error))?;
        let (ssl_mode, tls) = asked.prepared(inner.get_hosts())?;
        inner.ssl_mode(ssl_mode);
        if inner.get_connect_timeout().is_none() {
            inner.connect_timeout(CONNECT_TIMEOUT);
        }
        // A server that vanished without a word must not hold a lane for ever.
        inner
            .keepalives_idle(SILENCE_MAX)
            .keepalives_interval(SILENCE_MAX / 4);
        inner.keepalives_retries(3).tcp_user_timeout(SILENCE_MAX);
        if inner.get_application_name().is_none() {
            inner.application_name("altyn");
        }
        Ok(Self { inner, tls })
    }

    /// The same with less patience: an attempt that hangs must not outlast the fault itself.
    pub(super) fn for_another_try(&self) -> Self {
        let mut config = self.clone();
        config.inner.connect_timeout(RECONNECT_TIMEOUT);
        config
    }

    /// Asks the server to end what runs on a connection. Nobody says when it has heard of it.
    pub(super) async fn cancel(&self, token: &CancelToken) -> Result<(), Error> {
        match self.tls.clone() {
            None => token.cancel_query(NoTls).await,
            Some(tls) => token.cancel_query(tls).await,
        }
    }

    /// Connects. What serves the connection runs until it breaks; each flight then sees its own
    /// error.
    pub(super) async fn connect(&self) -> Result<Client, Error> {
        match self.tls.clone() {
            None => {
                let (client, connection) = self.inner.connect(NoTls).await?;
                drop(tokio::spawn(connection));
                Ok(client)
            }
            Some(tls) => {
                let (client, connection) = self.inner.connect(tls).await?;
                drop(tokio::spawn(connection));
                Ok(client)
            }
        }
    }
}
