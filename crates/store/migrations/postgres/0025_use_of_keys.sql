-- When a key and a token were last used, to the hour; what an application has to prove when it
-- exchanges its code; until when a card token that is paid to is kept. Those that are there get the
-- 396 days of one that was used.
alter table secret_key add column last_used_at bigint;
alter table shop_grant add column last_used_at bigint;
alter table shop_grant add column code_challenge bytea;
alter table card_token add column kept_until bigint;
update card_token set kept_until = created_at + 34214400000000 where purpose = 'payout';
create index card_token_kept on card_token (kept_until) where kept_until is not null;
