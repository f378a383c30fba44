-- Receipts of 54-FZ, and what shops, payments and refunds know of them.
create table receipt (
  id text not null,
  shop_id integer not null,
  kind text not null,
  -- Where it comes from: its payment or refund, a request of its own, or one that it takes back.
  origin text not null,
  payment_id text not null,
  refund_id text,
  currency text not null,
  total_minor integer not null,
  content text not null,
  created_at integer not null,
  state text not null,
  operation_id text,
  attempts integer not null,
  document_number text,
  storage_number text,
  attribute text,
  registered_at integer,
  register_id text,
  -- Why it was not registered, for staff.
  reason text,
  canceled_at integer,
  version integer not null,
  constraint receipt_pk primary key (id)
) strict;
create index receipt_by_creation on receipt (shop_id, created_at, id);
create index receipt_by_payment on receipt (payment_id);
create index receipt_by_refund on receipt (refund_id) where refund_id is not null;

alter table shop add column fiscalization text;
alter table payment add column receipt_order text;
alter table payment add column receipt_registration text;
alter table refund add column receipt_registration text;
