-- The books: for each shop its chain of transfers, and the accounts that they move.

-- Where a book's chain ends. Its row is also the lock on the book.
create table book (
  shop_id bigint not null,
  sequence bigint not null,
  hash bytea not null,
  constraint book_pk primary key (shop_id)
) with (fillfactor = 50);

create table account (
  shop_id bigint not null,
  name text collate "C" not null,
  currency text collate "C" not null,
  balance_minor bigint not null,
  floor_minor bigint,
  version bigint not null,
  constraint account_pk primary key (shop_id, name, currency),
  constraint account_floor check (floor_minor is null or balance_minor >= floor_minor)
) with (fillfactor = 50);

create table transfer (
  id text collate "C" not null,
  shop_id bigint not null,
  sequence bigint not null,
  kind text collate "C" not null,
  object_id text collate "C" not null,
  hash bytea not null,
  created_at bigint not null,
  constraint transfer_pk primary key (id),
  constraint transfer_sequence unique (shop_id, sequence),
  -- Nothing is captured, reserved, settled or released twice.
  constraint transfer_object unique (object_id, kind)
);

create table entry (
  transfer_id text collate "C" not null,
  position bigint not null,
  account text collate "C" not null,
  side text collate "C" not null,
  currency text collate "C" not null,
  amount_minor bigint not null,
  -- The account after this entry.
  balance_minor bigint not null,
  account_version bigint not null,
  constraint entry_pk primary key (transfer_id, position),
  constraint entry_amount check (amount_minor > 0)
);
