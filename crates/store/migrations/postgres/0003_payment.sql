-- Payments, saved payment methods, and the keys that make requests repeatable.
create table payment (
  id text collate "C" not null,
  shop_id bigint not null,
  gateway_id bigint not null,
  test boolean not null,
  currency text collate "C" not null,
  amount_asked_minor bigint not null,
  description text collate "C",
  metadata jsonb,
  merchant_customer_id text collate "C",
  client_ip text collate "C",
  capture_mode text collate "C" not null,
  confirmation jsonb,
  flow text collate "C" not null,
  method_asked text collate "C",
  confirm_until bigint not null,
  created_at bigint not null,
  amount_minor bigint not null,
  save_method text collate "C" not null,
  method_id text collate "C",
  method_kind text collate "C",
  method_saved boolean,
  method_phone text collate "C",
  method_facts jsonb,
  authorization_facts jsonb,
  commission_minor bigint,
  vat_minor bigint,
  refunded_minor bigint not null,
  refunding_minor bigint not null,
  state text collate "C" not null,
  operation_id text collate "C",
  challenge jsonb,
  reference text collate "C",
  hold_expires_at bigint,
  capture_minor bigint,
  canceled_by text collate "C",
  canceled_for text collate "C",
  captured_at bigint,
  canceled_at bigint,
  due_at bigint,
  version bigint not null,
  constraint payment_pk primary key (id),
  constraint payment_amount check (amount_minor > 0 and amount_minor <= amount_asked_minor),
  constraint payment_refunds check (refunded_minor >= 0 and refunding_minor >= 0
    and refunded_minor + refunding_minor <= amount_minor),
  constraint payment_captured check ((state = 'succeeded') = (captured_at is not null))
);
create index payment_by_creation on payment (shop_id, created_at, id);
create index payment_by_capture on payment (shop_id, captured_at, id)
  where captured_at is not null;
create index payment_due on payment (due_at) where due_at is not null;

create table payment_method (
  id text collate "C" not null,
  shop_id bigint not null,
  gateway_id bigint not null,
  kind text collate "C" not null,
  metadata jsonb,
  confirmation jsonb,
  flow text collate "C" not null,
  confirm_until bigint not null,
  created_at bigint not null,
  facts jsonb,
  state text collate "C" not null,
  operation_id text collate "C",
  challenge jsonb,
  token text collate "C",
  canceled_by text collate "C",
  canceled_for text collate "C",
  due_at bigint,
  version bigint not null,
  constraint payment_method_pk primary key (id)
);
create index payment_method_due on payment_method (due_at) where due_at is not null;

create table idempotency (
  shop_id bigint not null,
  key text collate "C" not null,
  fingerprint bytea not null,
  object_id text collate "C",
  response bytea,
  created_at bigint not null,
  constraint idempotency_pk primary key (shop_id, key)
);
create index idempotency_by_creation on idempotency (created_at);
