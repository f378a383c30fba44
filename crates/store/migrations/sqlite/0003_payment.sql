-- Payments, saved payment methods, and the keys that make requests repeatable.
create table payment (
  id text not null,
  shop_id integer not null,
  gateway_id integer not null,
  test integer not null,
  currency text not null,
  amount_asked_minor integer not null,
  description text,
  metadata text,
  merchant_customer_id text,
  client_ip text,
  capture_mode text not null,
  confirmation text,
  flow text not null,
  method_asked text,
  confirm_until integer not null,
  created_at integer not null,
  amount_minor integer not null,
  save_method text not null,
  method_id text,
  method_kind text,
  method_saved integer,
  method_phone text,
  method_facts text,
  authorization_facts text,
  commission_minor integer,
  vat_minor integer,
  refunded_minor integer not null,
  refunding_minor integer not null,
  state text not null,
  operation_id text,
  challenge text,
  reference text,
  hold_expires_at integer,
  capture_minor integer,
  canceled_by text,
  canceled_for text,
  captured_at integer,
  canceled_at integer,
  due_at integer,
  version integer not null,
  constraint payment_pk primary key (id),
  constraint payment_amount check (amount_minor > 0 and amount_minor <= amount_asked_minor),
  constraint payment_refunds check (refunded_minor >= 0 and refunding_minor >= 0
    and refunded_minor + refunding_minor <= amount_minor),
  constraint payment_captured check ((state = 'succeeded') = (captured_at is not null))
) strict;
create index payment_by_creation on payment (shop_id, created_at, id);
create index payment_by_capture on payment (shop_id, captured_at, id)
  where captured_at is not null;
create index payment_due on payment (due_at) where due_at is not null;

create table payment_method (
  id text not null,
  shop_id integer not null,
  gateway_id integer not null,
  kind text not null,
  metadata text,
  confirmation text,
  flow text not null,
  confirm_until integer not null,
  created_at integer not null,
  facts text,
  state text not null,
  operation_id text,
  challenge text,
  token text,
  canceled_by text,
  canceled_for text,
  due_at integer,
  version integer not null,
  constraint payment_method_pk primary key (id)
) strict;
create index payment_method_due on payment_method (due_at) where due_at is not null;

create table idempotency (
  shop_id integer not null,
  key text not null,
  fingerprint blob not null,
  object_id text,
  response blob,
  created_at integer not null,
  constraint idempotency_pk primary key (shop_id, key)
) strict;
create index idempotency_by_creation on idempotency (created_at);
