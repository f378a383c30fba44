-- Receipts of 54-FZ, and what shops, payments and refunds know of them.
create table receipt (
  id text collate "C" not null,
  shop_id bigint not null,
  kind text collate "C" not null,
  -- Where it comes from: its payment or refund, a request of its own, or one that it takes back.
  origin text collate "C" not null,
  payment_id text collate "C" not null,
  refund_id text collate "C",
  currency text collate "C" not null,
  total_minor bigint not null,
  content jsonb not null,
  created_at bigint not null,
  state text collate "C" not null,
  operation_id text collate "C",
  attempts bigint not null,
  document_number text collate "C",
  storage_number text collate "C",
  attribute text collate "C",
  registered_at bigint,
  register_id text collate "C",
  -- Why it was not registered, for staff.
  reason text collate "C",
  canceled_at bigint,
  version bigint not null,
  constraint receipt_pk primary key (id)
);
create index receipt_by_creation on receipt (shop_id, created_at, id);
create index receipt_by_payment on receipt (payment_id);
create index receipt_by_refund on receipt (refund_id) where refund_id is not null;

alter table shop add column fiscalization jsonb;
alter table payment add column receipt_order text collate "C";
alter table payment add column receipt_registration text collate "C";
alter table refund add column receipt_registration text collate "C";
