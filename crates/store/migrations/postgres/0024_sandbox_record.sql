-- What the sandbox bank remembers, for all nodes.
create table sandbox_record (
  operation_id text collate "C" not null,
  shop_id bigint not null,
  body text collate "C" not null,
  changed_at bigint not null,
  constraint sandbox_record_pk primary key (operation_id)
);
create index sandbox_record_by_change on sandbox_record (changed_at);
