-- Where the outside did something else than was written down.
create table discrepancy (
  operation_id text collate "C" not null,
  kind text collate "C" not null,
  shop_id bigint not null,
  object_kind text collate "C" not null,
  object_id text collate "C" not null,
  asked text collate "C" not null,
  currency text collate "C" not null,
  amount_minor bigint not null,
  remedy text collate "C" not null,
  given_back_by text collate "C",
  found_at bigint not null,
  resolved_at bigint,
  constraint discrepancy_pk primary key (operation_id, kind)
);
create index discrepancy_by_time on discrepancy (found_at, operation_id);
create index discrepancy_by_return on discrepancy (given_back_by)
  where given_back_by is not null;
