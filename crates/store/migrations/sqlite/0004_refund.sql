-- Refunds.
create table refund (
  id text not null,
  shop_id integer not null,
  payment_id text not null,
  currency text not null,
  amount_minor integer not null,
  description text,
  metadata text,
  created_at integer not null,
  state text not null,
  operation_id text,
  rrn text,
  canceled_by text,
  canceled_for text,
  succeeded_at integer,
  canceled_at integer,
  version integer not null,
  constraint refund_pk primary key (id),
  constraint refund_amount check (amount_minor > 0)
) strict;
create index refund_by_creation on refund (shop_id, created_at, id);
create index refund_by_payment on refund (payment_id);
