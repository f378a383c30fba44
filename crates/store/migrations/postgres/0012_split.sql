-- The seldom parts of payments, payments that are split between shops, and plates.
alter table payment add column details jsonb;
alter table payment add column transfers jsonb;
alter table refund add column sources jsonb;
alter table refund add column certificate jsonb;
alter table shop add column platform_id bigint;

-- A plate with a code that payers scan at a shop's till.
create table pos_link (
  id text collate "C" not null,
  shop_id bigint not null,
  gateway_id bigint not null,
  link text collate "C" not null,
  active boolean not null,
  -- The last payment through it.
  payment_id text collate "C",
  created_at bigint not null,
  version bigint not null,
  constraint pos_link_pk primary key (id),
  constraint pos_link_link unique (link)
);
