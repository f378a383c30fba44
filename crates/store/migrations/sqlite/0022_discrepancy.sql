-- Where the outside did something else than was written down.
create table discrepancy (
  operation_id text not null,
  kind text not null,
  shop_id integer not null,
  object_kind text not null,
  object_id text not null,
  asked text not null,
  currency text not null,
  amount_minor integer not null,
  remedy text not null,
  given_back_by text,
  found_at integer not null,
  resolved_at integer,
  constraint discrepancy_pk primary key (operation_id, kind)
) strict;
create index discrepancy_by_time on discrepancy (found_at, operation_id);
create index discrepancy_by_return on discrepancy (given_back_by)
  where given_back_by is not null;
