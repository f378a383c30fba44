-- The seldom parts of payments, payments that are split between shops, and plates.
alter table payment add column details text;
alter table payment add column transfers text;
alter table refund add column sources text;
alter table refund add column certificate text;
alter table shop add column platform_id integer;

-- A plate with a code that payers scan at a shop's till.
create table pos_link (
  id text not null,
  shop_id integer not null,
  gateway_id integer not null,
  link text not null,
  active integer not null,
  -- The last payment through it.
  payment_id text,
  created_at integer not null,
  version integer not null,
  constraint pos_link_pk primary key (id),
  constraint pos_link_link unique (link)
) strict;
