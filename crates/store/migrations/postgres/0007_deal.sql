-- Safe deals, and what payments and refunds know of them.

-- How many days a platform's deals live; nothing for a shop that makes none.
alter table shop add column deal_days bigint;

create table deal (
  id text collate "C" not null,
  shop_id bigint not null,
  test boolean not null,
  currency text collate "C" not null,
  fee_moment text collate "C" not null,
  description text collate "C",
  -- The description in small letters, for searching.
  description_folded text collate "C",
  metadata jsonb,
  created_at bigint not null,
  expires_at bigint not null,
  -- The payment that counts: the one that is not canceled.
  payment_id text collate "C",
  charged_minor bigint not null,
  -- What is on the account deal/{id}.
  held_minor bigint not null,
  payable_minor bigint not null,
  paying_out_minor bigint not null,
  paid_out_minor bigint not null,
  refunding_minor bigint not null,
  refunded_minor bigint not null,
  covered_minor bigint not null,
  state text collate "C" not null,
  look_at bigint,
  awaits_payment boolean,
  declined bigint,
  closed_at bigint,
  due_at bigint,
  version bigint not null,
  constraint deal_pk primary key (id),
  constraint deal_sums check (payable_minor >= 0 and payable_minor <= held_minor
    and paying_out_minor >= 0 and paid_out_minor >= 0 and refunding_minor >= 0
    and refunded_minor >= 0 and covered_minor >= 0 and charged_minor >= 0),
  constraint deal_closed check ((state = 'closed') = (closed_at is not null))
);
create index deal_by_creation on deal (shop_id, created_at, id);
create index deal_due on deal (due_at) where due_at is not null;

alter table payment add column deal_facts jsonb;
alter table refund add column deal_facts jsonb;
