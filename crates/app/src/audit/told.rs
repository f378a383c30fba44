//! Checks whether the events of an object tell what became of it.

use domain::Money;
use store::audit::Told;

/// Returns whether there is exactly one event of a kind, about this object and this sum, or none.
pub(super) fn is_told(
    told: &[Told],
    kind: &str,
    count: usize,
    (id, amount): (&str, Money),
) -> bool {
    let mut found = 0_usize;
    for event in told.iter().filter(|event| event.kind == kind) {
        found = found.saturating_add(1);
        if !tells(event, id, amount) {
            return false;
        }
    }
    found == count
}

fn tells(event: &Told, id: &str, amount: Money) -> bool {
    let (_, status) = event.kind.rsplit_once('.').unwrap_or_default();
    let parts = [
        format!(r#""event":"{}""#, event.kind),
        format!(r#""id":"{id}""#),
        format!(r#""status":"{status}""#),
        format!(
            r#""amount":{{"value":"{}","currency":"{}"}}"#,
            amount.value(),
            amount.currency().code()
        ),
    ];
    parts.iter().all(|part| event.body.contains(part))
}
