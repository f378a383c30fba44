-- Through whom money goes, by the connector's name. What was written down before connectors had
-- names, and what a program of before still writes, goes through the sandbox bank, hence the
-- default; a payment that nobody was asked for yet, and a receipt's operation, name none.
alter table operation add column connector text default 'sandbox';
alter table payment add column connector text default 'sandbox';
alter table payment_method add column connector text default 'sandbox';
alter table payout add column connector text not null default 'sandbox';
alter table card_token add column connector text not null default 'sandbox';
alter table sandbox_record add column connector text not null default 'sandbox';
