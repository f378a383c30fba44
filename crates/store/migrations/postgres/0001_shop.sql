-- Shops, their keys and their tariffs.
create table shop (
  id bigint not null,
  gateway_id bigint not null,
  name text collate "C" not null,
  test boolean not null,
  enabled boolean not null,
  currency text collate "C" not null,
  -- Codes of the methods that buyers are offered, in order, with spaces between.
  methods text collate "C" not null,
  may_send_cards boolean not null,
  may_save_methods boolean not null,
  -- Microseconds by which a test shop's clock is ahead. The due_at of all tables is the platform's
  -- time, so that one index serves all shops; all other times are the shop's.
  clock_offset bigint not null,
  inn text collate "C",
  created_at bigint not null,
  version bigint not null,
  constraint shop_pk primary key (id)
);

create table secret_key (
  shop_id bigint not null,
  -- SHA-256 of the key; the key itself is nowhere.
  hash bytea not null,
  -- Its last four characters, for people.
  hint text collate "C" not null,
  created_at bigint not null,
  revoked_at bigint,
  constraint secret_key_pk primary key (shop_id, hash)
);

create table tariff (
  shop_id bigint not null,
  -- The method's code, or 'any'.
  method text collate "C" not null,
  currency text collate "C" not null,
  rate_ppm bigint not null,
  minimum_minor bigint not null,
  fixed_minor bigint not null,
  vat_ppm bigint not null,
  starts_at bigint not null,
  constraint tariff_pk primary key (shop_id, currency, method, starts_at)
);
