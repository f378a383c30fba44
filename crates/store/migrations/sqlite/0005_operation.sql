-- Calls to outside systems, written down before they are made.
create table operation (
  id text not null,
  shop_id integer not null,
  object_kind text not null,
  object_id text not null,
  kind text not null,
  currency text not null,
  amount_minor integer not null,
  created_at integer not null,
  reference text,
  state text not null,
  declined_by text,
  declined_for text,
  answered_at integer,
  looks integer not null,
  due_at integer,
  version integer not null,
  constraint operation_pk primary key (id)
) strict;
create index operation_by_object on operation (object_id);
create index operation_due on operation (due_at) where due_at is not null;
