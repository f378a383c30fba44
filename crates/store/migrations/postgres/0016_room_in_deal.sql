-- A deal is changed several times in its life. With room beside it a change stays on its page and
-- needs no new entry in the indexes; so do answers that are added to their keys.
alter table deal set (fillfactor = 60);
alter table idempotency set (fillfactor = 60);
