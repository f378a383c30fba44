-- Safe deals, and what payments and refunds know of them.

-- How many days a platform's deals live; nothing for a shop that makes none.
alter table shop add column deal_days integer;

create table deal (
  id text not null,
  shop_id integer not null,
  test integer not null,
  currency text not null,
  fee_moment text not null,
  description text,
  -- The description in small letters, for searching.
  description_folded text,
  metadata text,
  created_at integer not null,
  expires_at integer not null,
  -- The payment that counts: the one that is not canceled.
  payment_id text,
  charged_minor integer not null,
  -- What is on the account deal/{id}.
  held_minor integer not null,
  payable_minor integer not null,
  paying_out_minor integer not null,
  paid_out_minor integer not null,
  refunding_minor integer not null,
  refunded_minor integer not null,
  covered_minor integer not null,
  state text not null,
  look_at integer,
  awaits_payment integer,
  declined integer,
  closed_at integer,
  due_at integer,
  version integer not null,
  constraint deal_pk primary key (id),
  constraint deal_sums check (payable_minor >= 0 and payable_minor <= held_minor
    and paying_out_minor >= 0 and paid_out_minor >= 0 and refunding_minor >= 0
    and refunded_minor >= 0 and covered_minor >= 0 and charged_minor >= 0),
  constraint deal_closed check ((state = 'closed') = (closed_at is not null))
) strict;
create index deal_by_creation on deal (shop_id, created_at, id);
create index deal_due on deal (due_at) where due_at is not null;

alter table payment add column deal_facts text;
alter table refund add column deal_facts text;
