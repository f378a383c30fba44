-- A shop's rules of who is asked for something new, with spaces between; none for the platform's
-- order.
alter table shop add column connectors text not null default '';
