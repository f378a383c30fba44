-- Messages to people: mail and SMS. Written with the change that causes them.
create table message (
  -- The order in which messages were written.
  sequence bigint generated always as identity,
  id text collate "C" not null,
  -- None: the platform's own.
  shop_id bigint,
  -- The object that it is about.
  about_kind text collate "C" not null,
  about_id text collate "C" not null,
  channel text collate "C" not null,
  locale text collate "C" not null,
  -- To whom and what; forgotten together.
  address text collate "C",
  subject text collate "C",
  body text collate "C",
  html text collate "C",
  state text collate "C" not null,
  attempts bigint not null,
  -- What was said at the last attempt; forgotten with the address.
  said text collate "C",
  created_at bigint not null,
  ended_at bigint,
  -- The next attempt, and when address and text collate "C" are forgotten.
  due_at bigint,
  forget_at bigint,
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
);
create index message_due on message (due_at, sequence) where due_at is not null;
create index message_forget on message (forget_at, sequence) where forget_at is not null;
create index message_by_object on message (about_id, sequence);
create index message_by_shop on message (shop_id, sequence);
