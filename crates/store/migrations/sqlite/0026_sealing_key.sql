-- With which keys secrets are sealed: what tells whether a process has the same ones, never the
-- keys. Webhooks' secrets stand plain until a server seals them at its start.
create table sealing_key (
  number integer not null,
  check_value blob not null,
  created_at integer not null,
  constraint sealing_key_pk primary key (number)
) strict;
