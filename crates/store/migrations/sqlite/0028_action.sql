-- The journal of actions: what somebody did by hand. Lines are added, and never changed.
create table action (
  id text not null,
  done_at integer not null,
  role text not null,
  who text not null,
  way text not null,
  right_code text not null,
  shop_id integer,
  object text,
  constraint action_pk primary key (id)
) strict;
create index action_by_time on action (done_at, id);
