-- Calls to outside systems, written down before they are made.
create table operation (
  id text collate "C" not null,
  shop_id bigint not null,
  object_kind text collate "C" not null,
  object_id text collate "C" not null,
  kind text collate "C" not null,
  currency text collate "C" not null,
  amount_minor bigint not null,
  created_at bigint not null,
  reference text collate "C",
  state text collate "C" not null,
  declined_by text collate "C",
  declined_for text collate "C",
  answered_at bigint,
  looks bigint not null,
  due_at bigint,
  version bigint not null,
  constraint operation_pk primary key (id)
);
create index operation_by_object on operation (object_id);
create index operation_due on operation (due_at) where due_at is not null;
