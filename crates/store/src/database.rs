//! Altyn's database: its schema, the handle on it, and connections whose parameters are the
//! domain's own values.

use std::future::Future;
use std::ops::Deref;

use domain::ShopId;
use sql::{Handle, Migration, NO_PLACE, Options, Schema, StoreError, UnitError};

use crate::migrations::MIGRATIONS;

/// The schema of Altyn.
pub enum Altyn {}

impl Schema for Altyn {
    const MIGRATIONS: &'static [Migration] = MIGRATIONS;
}

/// A connection to read through.
pub type Conn<'c> = sql::Conn<'c, Altyn>;

/// A unit of work's hold on the database: reads like [`Conn`], and writes.
pub type Tx<'c> = sql::Tx<'c, Altyn>;

/// A cheap handle on the open database. Clones share its threads.
#[derive(Clone)]
pub struct Store {
    handle: Handle<Altyn>,
}

impl Deref for Store {
    type Target = Handle<Altyn>;

    fn deref(&self) -> &Self::Target {
        &self.handle
    }
}

impl Store {
    /// Connects, brings the schema up to date, if that is wished, and starts the engine's threads.
    ///
    /// Safe when several processes start on one database at once: one migrates, the others wait.
    pub async fn open(options: Options) -> Result<Self, StoreError> {
        let handle = Handle::open(options).await?;
        Ok(Self { handle })
    }

    /// Runs a unit of work of this shop and answers after its commit. Units of one shop never wait
    /// for each other's locks. See [`Handle::write`] for what `unit` may do.
    pub fn write<T, E, F>(&self, shop: ShopId, unit: F) -> impl Future<Output = Result<T, E>>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: UnitError,
    {
        self.handle.write(shop.number(), unit)
    }

    /// Runs a unit of work on rows of this shop that none of its other units lock. It has its turn
    /// before what the shop writes after it, as with [`Store::write`], and unlike there it keeps
    /// that where others wait for the shop's held rows. A lock or a failure of its own still takes
    /// it out of its turn.
    pub fn write_beside<T, E, F>(&self, shop: ShopId, unit: F) -> impl Future<Output = Result<T, E>>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: UnitError,
    {
        self.handle.write_beside(shop.number(), unit)
    }

    /// Runs a unit of work that belongs to no single shop: claims across shops, new shops. All of
    /// them go the same way, so they do not meet each other.
    pub fn write_any_shop<T, E, F>(&self, unit: F) -> impl Future<Output = Result<T, E>>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: UnitError,
    {
        self.handle.write(NO_PLACE, unit)
    }

    /// Finishes all accepted work, then stops the threads. Later calls, also on clones, are
    /// refused.
    pub async fn close(self) {
        self.handle.close().await;
    }
}
