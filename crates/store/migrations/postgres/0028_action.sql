-- The journal of actions: what somebody did by hand. Lines are added, and never changed.
create table action (
  id text collate "C" not null,
  done_at bigint not null,
  role text collate "C" not null,
  who text not null,
  way text not null,
  right_code text collate "C" not null,
  shop_id bigint,
  object text,
  constraint action_pk primary key (id)
);
create index action_by_time on action (done_at, id);
