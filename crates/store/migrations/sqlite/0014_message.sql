-- Messages to people: mail and SMS. Written with the change that causes them.
create table message (
  -- The order in which messages were written.
  sequence integer not null,
  id text not null,
  -- None: the platform's own.
  shop_id integer,
  -- The object that it is about.
  about_kind text not null,
  about_id text not null,
  channel text not null,
  locale text not null,
  -- To whom and what; forgotten together.
  address text,
  subject text,
  body text,
  html text,
  state text not null,
  attempts integer not null,
  -- What was said at the last attempt; forgotten with the address.
  said text,
  created_at integer not null,
  ended_at integer,
  -- The next attempt, and when address and text are forgotten.
  due_at integer,
  forget_at integer,
  constraint message_pk primary key (sequence),
  constraint message_id unique (id),
  constraint message_due_at check ((state = 'queued') = (due_at is not null)),
  constraint message_ended_at check ((state = 'queued') = (ended_at is null)),
  constraint message_forgotten check (
    (address is null) = (subject is null) and (address is null) = (body is null)
    and (address is not null or html is null)
  ),
  constraint message_forget_at check (
    (forget_at is not null) = (ended_at is not null and address is not null)
  )
) strict;
create index message_due on message (due_at, sequence) where due_at is not null;
create index message_forget on message (forget_at, sequence) where forget_at is not null;
create index message_by_object on message (about_id, sequence);
create index message_by_shop on message (shop_id, sequence);
