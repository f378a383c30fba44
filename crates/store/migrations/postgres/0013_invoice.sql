-- Invoices, and the payments that buyers began from them.
create table invoice (
  id text collate "C" not null,
  shop_id bigint not null,
  test boolean not null,
  currency text collate "C" not null,
  cart jsonb not null,
  -- What its payment is made of.
  amount_minor bigint not null,
  payment_description text collate "C",
  payment_metadata jsonb,
  client_ip text collate "C",
  capture_mode text collate "C" not null,
  save_method text collate "C" not null,
  receipt jsonb,
  -- How the buyer gets it, and the phone or address that it goes to.
  delivery text collate "C" not null,
  delivery_address text collate "C",
  locale text collate "C",
  description text collate "C",
  metadata jsonb,
  expires_at bigint not null,
  created_at bigint not null,
  state text collate "C" not null,
  -- The payment that was begun, or the one that decided it.
  payment_id text collate "C",
  -- The call for the payment is waited for, although the time is over.
  awaited boolean not null,
  canceled_by text collate "C",
  canceled_for text collate "C",
  canceled_at bigint,
  due_at bigint,
  version bigint not null,
  constraint invoice_pk primary key (id),
  constraint invoice_amount check (amount_minor > 0),
  constraint invoice_paid check (state not in ('held', 'succeeded') or payment_id is not null),
  constraint invoice_canceled check ((state = 'canceled') = (canceled_at is not null))
);
create index invoice_by_creation on invoice (shop_id, created_at, id);
create index invoice_due on invoice (due_at) where due_at is not null;

-- Each payment that was begun from an invoice.
create table invoice_payment (
  payment_id text collate "C" not null,
  invoice_id text collate "C" not null,
  shop_id bigint not null,
  constraint invoice_payment_pk primary key (payment_id)
);
create index invoice_payment_by_invoice on invoice_payment (invoice_id);
