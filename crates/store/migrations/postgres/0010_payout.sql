-- Payout gateways beside shops, payouts, what their receivers got, and persons who are paid.
alter table shop add column kind text collate "C" not null default 'shop';
alter table shop add column cards_of bigint;

create table payout (
  id text collate "C" not null,
  shop_id bigint not null,
  test boolean not null,
  currency text collate "C" not null,
  amount_minor bigint not null,
  -- The way it goes, and the rest of where to.
  destination_kind text collate "C" not null,
  -- Whose limits it counts towards.
  payee text collate "C",
  description text collate "C",
  deal_id text collate "C",
  -- Ids with spaces between.
  personal_data text collate "C" not null,
  self_employed_id text collate "C",
  service_name text collate "C",
  receipt_minor bigint,
  metadata jsonb,
  created_at bigint not null,
  destination jsonb not null,
  state text collate "C" not null,
  operation_id text collate "C",
  reference text collate "C",
  canceled_by text collate "C",
  canceled_for text collate "C",
  succeeded_at bigint,
  canceled_at bigint,
  version bigint not null,
  constraint payout_pk primary key (id),
  constraint payout_amount check (amount_minor > 0),
  constraint payout_succeeded check ((state = 'succeeded') = (succeeded_at is not null))
);
create index payout_by_creation on payout (shop_id, created_at, id);
create index payout_by_deal on payout (deal_id) where deal_id is not null;

-- The pairs of payouts' metadata, to search by.
create table payout_note (
  payout_id text collate "C" not null,
  shop_id bigint not null,
  key text collate "C" not null,
  value text collate "C" not null,
  created_at bigint not null,
  constraint payout_note_pk primary key (payout_id, key)
);
create index payout_note_by_pair on payout_note (shop_id, key, value, created_at, payout_id);

-- What a receiver got from a gateway in a day or a month.
create table payout_usage (
  shop_id bigint not null,
  payee text collate "C" not null,
  period text collate "C" not null,
  count bigint not null,
  amount_minor bigint not null,
  version bigint not null,
  constraint payout_usage_pk primary key (shop_id, payee, period),
  constraint payout_usage_sums check (count >= 0 and amount_minor >= 0)
);

create table personal_data (
  id text collate "C" not null,
  shop_id bigint not null,
  kind text collate "C" not null,
  metadata jsonb,
  created_at bigint not null,
  state text collate "C" not null,
  -- Null once they are forgotten.
  last_name text collate "C",
  first_name text collate "C",
  middle_name text collate "C",
  birthdate text collate "C",
  expires_at bigint,
  due_at bigint,
  version bigint not null,
  constraint personal_data_pk primary key (id)
);
create index personal_data_due on personal_data (due_at) where due_at is not null;

create table self_employed (
  id text collate "C" not null,
  shop_id bigint not null,
  test boolean not null,
  itn text collate "C",
  phone text collate "C",
  confirmation text collate "C" not null,
  created_at bigint not null,
  state text collate "C" not null,
  version bigint not null,
  constraint self_employed_pk primary key (id)
);
