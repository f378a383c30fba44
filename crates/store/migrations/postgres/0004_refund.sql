-- Refunds.
create table refund (
  id text collate "C" not null,
  shop_id bigint not null,
  payment_id text collate "C" not null,
  currency text collate "C" not null,
  amount_minor bigint not null,
  description text collate "C",
  metadata jsonb,
  created_at bigint not null,
  state text collate "C" not null,
  operation_id text collate "C",
  rrn text collate "C",
  canceled_by text collate "C",
  canceled_for text collate "C",
  succeeded_at bigint,
  canceled_at bigint,
  version bigint not null,
  constraint refund_pk primary key (id),
  constraint refund_amount check (amount_minor > 0)
);
create index refund_by_creation on refund (shop_id, created_at, id);
create index refund_by_payment on refund (payment_id);
