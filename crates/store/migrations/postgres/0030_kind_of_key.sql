-- What kind of object a request made or changed, where the outside is asked about it. A program of
-- before writes none.
alter table idempotency add column object_kind text collate "C";
