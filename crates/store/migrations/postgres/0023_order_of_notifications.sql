-- Whether an event waits until an earlier one of its object was taken or given up.
alter table webhook add column strict_order boolean not null default false;
