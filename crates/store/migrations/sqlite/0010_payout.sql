-- Payout gateways beside shops, payouts, what their receivers got, and persons who are paid.
alter table shop add column kind text not null default 'shop';
alter table shop add column cards_of integer;

create table payout (
  id text not null,
  shop_id integer not null,
  test integer not null,
  currency text not null,
  amount_minor integer not null,
  -- The way it goes, and the rest of where to.
  destination_kind text not null,
  -- Whose limits it counts towards.
  payee text,
  description text,
  deal_id text,
  -- Ids with spaces between.
  personal_data text not null,
  self_employed_id text,
  service_name text,
  receipt_minor integer,
  metadata text,
  created_at integer not null,
  destination text not null,
  state text not null,
  operation_id text,
  reference text,
  canceled_by text,
  canceled_for text,
  succeeded_at integer,
  canceled_at integer,
  version integer not null,
  constraint payout_pk primary key (id),
  constraint payout_amount check (amount_minor > 0),
  constraint payout_succeeded check ((state = 'succeeded') = (succeeded_at is not null))
) strict;
create index payout_by_creation on payout (shop_id, created_at, id);
create index payout_by_deal on payout (deal_id) where deal_id is not null;

-- The pairs of payouts' metadata, to search by.
create table payout_note (
  payout_id text not null,
  shop_id integer not null,
  key text not null,
  value text not null,
  created_at integer not null,
  constraint payout_note_pk primary key (payout_id, key)
) strict;
create index payout_note_by_pair on payout_note (shop_id, key, value, created_at, payout_id);

-- What a receiver got from a gateway in a day or a month.
create table payout_usage (
  shop_id integer not null,
  payee text not null,
  period text not null,
  count integer not null,
  amount_minor integer not null,
  version integer not null,
  constraint payout_usage_pk primary key (shop_id, payee, period),
  constraint payout_usage_sums check (count >= 0 and amount_minor >= 0)
) strict;

create table personal_data (
  id text not null,
  shop_id integer not null,
  kind text not null,
  metadata text,
  created_at integer not null,
  state text not null,
  -- Null once they are forgotten.
  last_name text,
  first_name text,
  middle_name text,
  birthdate text,
  expires_at integer,
  due_at integer,
  version integer not null,
  constraint personal_data_pk primary key (id)
) strict;
create index personal_data_due on personal_data (due_at) where due_at is not null;

create table self_employed (
  id text not null,
  shop_id integer not null,
  test integer not null,
  itn text,
  phone text,
  confirmation text not null,
  created_at integer not null,
  state text not null,
  version integer not null,
  constraint self_employed_pk primary key (id)
) strict;
