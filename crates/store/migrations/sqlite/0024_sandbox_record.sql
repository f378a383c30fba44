-- What the sandbox bank remembers, for all nodes.
create table sandbox_record (
  operation_id text not null,
  shop_id integer not null,
  body text not null,
  changed_at integer not null,
  constraint sandbox_record_pk primary key (operation_id)
) strict;
create index sandbox_record_by_change on sandbox_record (changed_at);
