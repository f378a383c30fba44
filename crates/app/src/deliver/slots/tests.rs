//! Receivers that answer, lag and hang, on a clock that is moved.

use domain::webhook::{Delivery, DeliveryState};
use domain::{Duration as Span, EventId, EventKind, IdSeed, Timestamp};
use store::sealing::Sealed;

use super::*;

/// What a webhook may have under way in these tests.
const MOST: u32 = 16;
const TIME_MAX: Duration = Duration::from_secs(10);

/// Who receives; each with a shop and a host of its own unless told otherwise.
#[derive(Clone, Copy)]
struct Who {
    webhook: u32,
    shop: u32,
    host: u32,
}

/// The platform's carrier, with receivers that end calls after a while.
struct Desk {
    slots: Slots,
    now: Instant,
    number: u32,
    /// What is free, as of the last time that time passed.
    rooms: Rooms,
    /// What is under way, with when and how it will end.
    calls: Vec<(DeliveryId, Instant, Ending)>,
}

impl Who {
    fn alone(number: u32) -> Self {
        let (webhook, shop, host) = (number, number, number);
        Self {
            webhook,
            shop,
            host,
        }
    }

    fn delivery(self, number: u32) -> Claimed {
        let at = Timestamp::from_micros(0);
        Claimed {
            delivery: Delivery {
                id: DeliveryId::new(seed(number)),
                shop_id: ShopId::new(i64::from(self.shop) + 1).unwrap(),
                event_id: EventId::new(seed(number)),
                webhook_id: WebhookId::new(seed(self.webhook)),
                object_id: String::new(),
                state: DeliveryState::Pending,
                attempts: 0,
                created_at: at,
                due_at: Some(at),
            },
            kind: EventKind::PaymentSucceeded,
            body: String::new(),
            url: format!("https://host-{}.example:8443/hook/{number}", self.host),
            secret: Sealed::new(String::new()),
            shows_fees: true,
            clock_offset: Span::ZERO,
            first_attempt_at: None,
        }
    }
}

fn seed(number: u32) -> IdSeed {
    IdSeed {
        at: Timestamp::from_micros(1_784_548_800_000_000),
        random: u64::from(number),
    }
}

impl Desk {
    fn new() -> Self {
        let mut slots = Slots::new(MOST);
        let now = Instant::now();
        Self {
            rooms: slots.rooms(now),
            slots,
            now,
            number: 0,
            calls: Vec::new(),
        }
    }

    /// `count` deliveries are due; they take so long. How many leave.
    fn offer(&mut self, who: Who, count: u32, takes: Duration, ending: Ending) -> u32 {
        let mut left = 0;
        for _ in 0..count {
            self.number += 1;
            let claimed = who.delivery(self.number);
            if self.rooms.admits(&claimed) {
                self.slots.begin(&claimed, self.now);
                self.calls
                    .push((claimed.delivery.id, self.now + takes, ending));
                left += 1;
            }
        }
        left
    }

    fn hang(&mut self, who: Who, count: u32) -> u32 {
        self.offer(who, count, TIME_MAX, Ending::Unanswered)
    }

    fn answer(&mut self, who: Who, count: u32) -> u32 {
        self.offer(who, count, Duration::from_millis(5), Ending::Answered)
    }

    /// Time passes; what ends meanwhile ends.
    fn pass(&mut self, time: Duration) {
        self.now += time;
        let now = self.now;
        let slots = &mut self.slots;
        self.calls.retain(|(id, at, ending)| {
            let over = *at <= now;
            if over {
                slots.end(*id, *ending, *at);
            }
            !over
        });
        self.rooms = self.slots.rooms(now);
    }
}

#[test]
fn a_webhook_gets_as_many_slots_as_its_answers_earn() {
    let (quick, late) = (Duration::from_millis(5), Duration::from_secs(3));
    let cases: [(&[(Duration, Ending)], u32); 7] = [
        (&[], 2),
        (&[(quick, Ending::Answered)], 16),
        (&[(quick, Ending::Unanswered)], 16),
        (&[(late, Ending::Answered)], 16),
        (&[(TIME_MAX, Ending::Unanswered)], 4),
        (&[(TIME_MAX, Ending::Unanswered); 3], 1),
        (
            &[(TIME_MAX, Ending::Unanswered), (late, Ending::Answered)],
            16,
        ),
    ];
    for (history, expected) in cases {
        let mut desk = Desk::new();
        for (takes, ending) in history {
            assert_eq!(desk.offer(Who::alone(1), 1, *takes, *ending), 1);
            desk.pass(*takes);
        }
        assert_eq!(desk.hang(Who::alone(1), 40), expected, "{history:?}");
        assert_eq!(desk.hang(Who::alone(1), 40), 0, "{history:?}");
    }
}

/// Webhooks that hang, each with its own shop and host, beside one that answers, for 13
/// seconds where they are 40.
#[track_caller]
fn check_beside(hanging: u32, answer_first: bool, (at_once, waits_max): (u32, u32)) {
    let mut desk = Desk::new();
    let good = Who::alone(0);
    let known = if answer_first { hanging } else { 0 };
    for number in 0..=known {
        assert_eq!(desk.answer(Who::alone(number), 1), 1);
        desk.pass(Duration::from_millis(5));
    }
    let mut waits = 0;
    for _ in 0..5_200 / hanging {
        for number in 1..=hanging {
            desk.hang(Who::alone(number), 20);
        }
        waits += u32::from(desk.answer(good, 8) < at_once);
        let mut each: HashMap<WebhookId, u32> = HashMap::new();
        for call in desk.slots.under_way.values() {
            *each.entry(call.receiver.webhook).or_default() += 1;
        }
        assert!(each.values().all(|count| *count <= MOST), "{each:?}");
        assert!(each.values().sum::<u32>() <= ALL_MAX);
        desk.pass(Duration::from_millis(100));
    }
    assert!(waits <= waits_max, "{hanging} hang: waited {waits} times");
}

#[test]
fn who_answers_finds_a_slot_beside_any_number_that_hang() {
    check_beside(40, false, (8, 0));
    check_beside(300, false, (1, 0));
    check_beside(16, true, (8, 0));
    // They answered until now and hang all at once: that holds everybody up for a second.
    check_beside(40, true, (4, 10));
    check_beside(300, true, (1, 10));
}

#[test]
fn many_webhooks_of_one_shop_or_one_host_are_not_many_receivers() {
    for (shop, host) in [(Some(7), None), (None, Some(7))] {
        let mut desk = Desk::new();
        let who = |number: u32| Who {
            webhook: number,
            shop: shop.unwrap_or(number),
            host: host.unwrap_or(number),
        };
        let all =
            |desk: &mut Desk, from: u32| (from..from + 200).map(|n| desk.hang(who(n), 2)).sum();
        let first: u32 = all(&mut desk, 100);
        assert_eq!(first, SHARE_MAX);
        desk.pass(TIME_MAX);
        let again: u32 = all(&mut desk, 100);
        assert!(again <= SHARE_MAX, "{again}");
        desk.pass(TIME_MAX * 2);
        // Those that hung may take half of the share; others of the shop or host find the rest.
        let known: u32 = (100..164).map(|n| desk.hang(who(n), 2)).sum();
        assert!(known <= SLOW_SHARE_MAX, "{known}");
        assert_eq!(
            desk.answer(
                Who {
                    webhook: 9,
                    ..who(7)
                },
                2
            ),
            2
        );
    }
}

#[test]
fn what_is_left_of_a_share_is_divided_before_it_is_claimed() {
    let who = |number: u32| Who {
        host: 7,
        ..Who::alone(number)
    };
    let mut desk = Desk::new();
    for number in 0..64 {
        assert_eq!(desk.answer(who(number), 1), 1);
        desk.pass(Duration::from_millis(5));
    }
    assert_eq!(desk.rooms.narrow().len(), 64);
    // 100 of 128 are under way: of the 28 that are left each is offered one, not sixteen.
    for number in 0..50 {
        assert_eq!(desk.answer(who(number), 2), 2);
    }
    desk.rooms = desk.slots.rooms(desk.now);
    assert!(desk.rooms.narrow().iter().all(|(_, room)| *room == 1));
    for number in 50..64 {
        assert_eq!(desk.answer(who(number), 2), 2);
    }
    desk.rooms = desk.slots.rooms(desk.now);
    assert!(desk.rooms.narrow().iter().all(|(_, room)| *room == 0));
    // Who has been quiet for a second has no part; who is alone again gets all.
    desk.pass(QUICK * 2);
    assert_eq!(desk.answer(who(0), 1), 1);
    desk.pass(Duration::from_millis(5));
    assert_eq!(desk.rooms.narrow(), []);
}

#[test]
fn a_webhook_that_left_a_full_host_is_found_where_it_is_now() {
    let at_seven = |number: u32| Who {
        host: 7,
        ..Who::alone(number)
    };
    let mut desk = Desk::new();
    for number in 0..10 {
        assert_eq!(desk.answer(at_seven(number), 1), 1);
        desk.pass(Duration::from_millis(5));
    }
    // The host hangs with all that it may have, and two of its webhooks wait.
    for number in 2..10 {
        assert_eq!(desk.hang(at_seven(number), MOST), MOST);
    }
    desk.pass(Duration::from_millis(5));
    let offered = |desk: &Desk| {
        let narrow: HashMap<WebhookId, u32> = desk.rooms.narrow().into_iter().collect();
        [0, 1].map(|number| narrow.get(&WebhookId::new(seed(number))).copied())
    };
    assert_eq!(offered(&desk), [Some(0), Some(0)]);
    // Once a second each of them is offered one, to see where it goes.
    desk.pass(LOOK_AGAIN);
    assert_eq!(offered(&desk), [Some(1), Some(1)]);
    let moved = Who::alone(0);
    assert_eq!(desk.answer(at_seven(1), 1), 0, "it is still there");
    assert_eq!(desk.answer(moved, 1), 1, "it is elsewhere");
    desk.pass(Duration::from_millis(20));
    assert_eq!(offered(&desk), [None, Some(0)]);
    assert_eq!(desk.answer(moved, MOST), MOST);
    desk.pass(LOOK_AGAIN);
    assert_eq!(offered(&desk)[1], Some(1));
}

#[test]
fn what_is_long_under_way_is_renewed() {
    let mut desk = Desk::new();
    desk.hang(Who::alone(1), 1);
    desk.answer(Who::alone(2), 1);
    assert_eq!(desk.slots.to_renew(desk.now), []);
    desk.pass(Duration::from_secs(3));
    let expected = Lease {
        id: DeliveryId::new(seed(1)),
        attempts: 0,
    };
    assert_eq!(desk.slots.to_renew(desk.now), [expected]);
    desk.pass(TIME_MAX);
    assert_eq!(desk.slots.to_renew(desk.now), []);
}
