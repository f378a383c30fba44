-- Shops, their keys and their tariffs.
create table shop (
  id integer not null,
  gateway_id integer not null,
  name text not null,
  test integer not null,
  enabled integer not null,
  currency text not null,
  -- Codes of the methods that buyers are offered, in order, with spaces between.
  methods text not null,
  may_send_cards integer not null,
  may_save_methods integer not null,
  -- Microseconds by which a test shop's clock is ahead. The due_at of all tables is the platform's
  -- time, so that one index serves all shops; all other times are the shop's.
  clock_offset integer not null,
  inn text,
  created_at integer not null,
  version integer not null,
  constraint shop_pk primary key (id)
) strict;

create table secret_key (
  shop_id integer not null,
  -- SHA-256 of the key; the key itself is nowhere.
  hash blob not null,
  -- Its last four characters, for people.
  hint text not null,
  created_at integer not null,
  revoked_at integer,
  constraint secret_key_pk primary key (shop_id, hash)
) strict;

create table tariff (
  shop_id integer not null,
  -- The method's code, or 'any'.
  method text not null,
  currency text not null,
  rate_ppm integer not null,
  minimum_minor integer not null,
  fixed_minor integer not null,
  vat_ppm integer not null,
  starts_at integer not null,
  constraint tariff_pk primary key (shop_id, currency, method, starts_at)
) strict;
