-- The books: for each shop its chain of transfers, and the accounts that they move.

-- Where a book's chain ends. Its row is also the lock on the book.
create table book (
  shop_id integer not null,
  sequence integer not null,
  hash blob not null,
  constraint book_pk primary key (shop_id)
) strict;

create table account (
  shop_id integer not null,
  name text not null,
  currency text not null,
  balance_minor integer not null,
  floor_minor integer,
  version integer not null,
  constraint account_pk primary key (shop_id, name, currency),
  constraint account_floor check (floor_minor is null or balance_minor >= floor_minor)
) strict;

create table transfer (
  id text not null,
  shop_id integer not null,
  sequence integer not null,
  kind text not null,
  object_id text not null,
  hash blob not null,
  created_at integer not null,
  constraint transfer_pk primary key (id),
  constraint transfer_sequence unique (shop_id, sequence),
  -- Nothing is captured, reserved, settled or released twice.
  constraint transfer_object unique (object_id, kind)
) strict;

create table entry (
  transfer_id text not null,
  position integer not null,
  account text not null,
  side text not null,
  currency text not null,
  amount_minor integer not null,
  -- The account after this entry.
  balance_minor integer not null,
  account_version integer not null,
  constraint entry_pk primary key (transfer_id, position),
  constraint entry_amount check (amount_minor > 0)
) strict;
