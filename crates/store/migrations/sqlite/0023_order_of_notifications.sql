-- Whether an event waits until an earlier one of its object was taken or given up.
alter table webhook add column strict_order integer not null default 0;
