-- Events, the webhooks that want them, and their deliveries with each attempt.
create table webhook (
  id text not null,
  shop_id integer not null,
  url text not null,
  -- Names of events with spaces between.
  events text not null,
  secret text not null,
  created_at integer not null,
  constraint webhook_pk primary key (id)
) strict;
create index webhook_by_shop on webhook (shop_id);

create table event (
  -- The order in which events were written, where their times are equal.
  sequence integer not null,
  id text not null,
  shop_id integer not null,
  kind text not null,
  object_id text not null,
  -- The notification as it is sent, byte for byte.
  body text not null,
  created_at integer not null,
  constraint event_pk primary key (sequence),
  constraint event_id unique (id)
) strict;
create index event_by_creation on event (shop_id, created_at, sequence);
create index event_by_object on event (object_id);

create table delivery (
  -- Deliveries of one object to one webhook keep this order.
  sequence integer not null,
  id text not null,
  shop_id integer not null,
  event_id text not null,
  webhook_id text not null,
  object_id text not null,
  state text not null,
  attempts integer not null,
  created_at integer not null,
  due_at integer,
  constraint delivery_pk primary key (sequence),
  constraint delivery_id unique (id),
  constraint delivery_due_at check ((state = 'pending') = (due_at is not null))
) strict;
create index delivery_by_event on delivery (event_id);
create index delivery_due on delivery (webhook_id, due_at, sequence) where due_at is not null;
create index delivery_pending on delivery (webhook_id, object_id, sequence)
  where state = 'pending';

create table attempt (
  delivery_id text not null,
  number integer not null,
  started_at integer not null,
  took_us integer not null,
  status integer,
  request_headers text not null,
  response_body text,
  failure text,
  constraint attempt_pk primary key (delivery_id, number)
) strict;
