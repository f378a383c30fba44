-- Events, the webhooks that want them, and their deliveries with each attempt.
create table webhook (
  id text collate "C" not null,
  shop_id bigint not null,
  url text collate "C" not null,
  -- Names of events with spaces between.
  events text collate "C" not null,
  secret text collate "C" not null,
  created_at bigint not null,
  constraint webhook_pk primary key (id)
);
create index webhook_by_shop on webhook (shop_id);

create table event (
  -- The order in which events were written, where their times are equal.
  sequence bigint generated always as identity,
  id text collate "C" not null,
  shop_id bigint not null,
  kind text collate "C" not null,
  object_id text collate "C" not null,
  -- The notification as it is sent, byte for byte.
  body text collate "C" not null,
  created_at bigint not null,
  constraint event_pk primary key (sequence),
  constraint event_id unique (id)
);
create index event_by_creation on event (shop_id, created_at, sequence);
create index event_by_object on event (object_id);

create table delivery (
  -- Deliveries of one object to one webhook keep this order.
  sequence bigint generated always as identity,
  id text collate "C" not null,
  shop_id bigint not null,
  event_id text collate "C" not null,
  webhook_id text collate "C" not null,
  object_id text collate "C" not null,
  state text collate "C" not null,
  attempts bigint not null,
  created_at bigint not null,
  due_at bigint,
  constraint delivery_pk primary key (sequence),
  constraint delivery_id unique (id),
  constraint delivery_due_at check ((state = 'pending') = (due_at is not null))
);
create index delivery_by_event on delivery (event_id);
create index delivery_due on delivery (webhook_id, due_at, sequence) where due_at is not null;
create index delivery_pending on delivery (webhook_id, object_id, sequence)
  where state = 'pending';

create table attempt (
  delivery_id text collate "C" not null,
  number bigint not null,
  started_at bigint not null,
  took_us bigint not null,
  status bigint,
  request_headers text collate "C" not null,
  response_body text collate "C",
  failure text collate "C",
  constraint attempt_pk primary key (delivery_id, number)
);
