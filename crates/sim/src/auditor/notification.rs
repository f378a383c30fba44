//! Notifications are the events: where the merchant's server listens, each event reached it at
//! least once, word for word, and those of one object in their order; and nothing else did.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, ensure};
use connectors::courier::Parcel;
use domain::webhook::{DeliveryState, RETRY_OFFSETS_SECONDS};
use testkit::World;

use super::Facts;
use crate::Tally;
use crate::business::{Business, HOOK};

pub(super) async fn agree(
    world: &World,
    business: &Business,
    facts: &Facts,
    tally: &mut Tally,
) -> Result<()> {
    let parcels = world.courier.parcels();
    tally.notifications += u64::try_from(parcels.len())?;
    let mut posted: BTreeMap<&str, Vec<(usize, &Parcel)>> = BTreeMap::new();
    for (place, parcel) in parcels.iter().enumerate() {
        let id = parcel
            .headers
            .iter()
            .find(|(name, _)| *name == "webhook-id");
        let (_, id) = id.context("a notification without its id")?;
        posted.entry(id).or_default().push((place, parcel));
    }
    let taken = world.courier.taken();
    let taken: BTreeSet<&str> = taken.iter().filter_map(id_of).collect();
    // Where the last event of each object was first seen.
    let mut last: BTreeMap<&str, usize> = BTreeMap::new();
    for event in &facts.events {
        let name = format!("{} of {}", event.kind.code(), event.object_id);
        let id = event.id.to_string();
        let here = posted.remove(id.as_str()).unwrap_or_default();
        let view = app::event::show(&world.machine(), event.shop_id, event.id).await?;
        if !business.listens {
            ensure!(here.is_empty(), "nobody listens to {name}");
            continue;
        }
        let [(delivery, attempts)] = view.deliveries.as_slice() else {
            anyhow::bail!("{name} has {} deliveries", view.deliveries.len());
        };
        let was_taken = taken.contains(id.as_str());
        let ended = match delivery.state {
            DeliveryState::Delivered => true,
            DeliveryState::Exhausted => attempts.len() == 1 + RETRY_OFFSETS_SECONDS.len(),
            DeliveryState::Pending | DeliveryState::Dropped => false,
        };
        ensure!(ended, "{name} is still {:?}", delivery.state);
        let (first, _) = *here
            .first()
            .with_context(|| format!("{name} was never sent"))?;
        ensure!(
            attempts.len() <= here.len(),
            "{name} was sent less often than said"
        );
        let done = delivery.state == DeliveryState::Delivered;
        ensure!(!done || was_taken, "{name} was never taken");
        let whole = |parcel: &Parcel| parcel.url == HOOK && parcel.body == event.body;
        let faithful = here.iter().all(|(_, parcel)| whole(parcel));
        ensure!(faithful, "{name} was sent otherwise than written down");
        let before = last.insert(&event.object_id, first);
        let in_order = before.is_none_or(|before| before < first);
        ensure!(in_order, "{name} was sent before what happened before it");
    }
    let strange = posted.values().flatten().next();
    ensure!(
        strange.is_none(),
        "a notification was sent that nobody wrote: {strange:?}"
    );
    Ok(())
}

fn id_of(parcel: &Parcel) -> Option<&str> {
    let mut headers = parcel.headers.iter();
    let id = headers.find(|(name, _)| *name == "webhook-id");
    id.map(|(_, id)| id.as_str())
}
