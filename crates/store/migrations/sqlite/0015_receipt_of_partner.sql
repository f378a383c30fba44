-- The partner of a split payment whose register is asked for a receipt.
alter table receipt add column on_behalf_of integer;
