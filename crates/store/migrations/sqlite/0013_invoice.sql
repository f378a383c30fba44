-- Invoices, and the payments that buyers began from them.
create table invoice (
  id text not null,
  shop_id integer not null,
  test integer not null,
  currency text not null,
  cart text not null,
  -- What its payment is made of.
  amount_minor integer not null,
  payment_description text,
  payment_metadata text,
  client_ip text,
  capture_mode text not null,
  save_method text not null,
  receipt text,
  -- How the buyer gets it, and the phone or address that it goes to.
  delivery text not null,
  delivery_address text,
  locale text,
  description text,
  metadata text,
  expires_at integer not null,
  created_at integer not null,
  state text not null,
  -- The payment that was begun, or the one that decided it.
  payment_id text,
  -- The call for the payment is waited for, although the time is over.
  awaited integer not null,
  canceled_by text,
  canceled_for text,
  canceled_at integer,
  due_at integer,
  version integer not null,
  constraint invoice_pk primary key (id),
  constraint invoice_amount check (amount_minor > 0),
  constraint invoice_paid check (state not in ('held', 'succeeded') or payment_id is not null),
  constraint invoice_canceled check ((state = 'canceled') = (canceled_at is not null))
) strict;
create index invoice_by_creation on invoice (shop_id, created_at, id);
create index invoice_due on invoice (due_at) where due_at is not null;

-- Each payment that was begun from an invoice.
create table invoice_payment (
  payment_id text not null,
  invoice_id text not null,
  shop_id integer not null,
  constraint invoice_payment_pk primary key (payment_id)
) strict;
create index invoice_payment_by_invoice on invoice_payment (invoice_id);
