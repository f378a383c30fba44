-- Cards that were given for a token: to pay once, or to be paid to.
alter table shop add column may_use_tokens boolean not null default false;
alter table shop add column widget_retries boolean not null default true;

create table card_token (
  -- SHA-256 of the token; the token itself is nowhere.
  hash bytea not null,
  shop_id bigint not null,
  -- What it is for: payment or payout.
  purpose text collate "C" not null,
  acquirer_token text collate "C" not null,
  first6 text collate "C" not null,
  last4 text collate "C" not null,
  brand text collate "C" not null,
  -- As on the card; none of a card that is paid to.
  expiry_year bigint,
  expiry_month bigint,
  issuer_country text collate "C",
  issuer_name text collate "C",
  expires_at bigint,
  used_at bigint,
  created_at bigint not null,
  version bigint not null,
  constraint card_token_pk primary key (hash),
  constraint card_token_purpose check (case purpose
    when 'payment' then expires_at is not null and expiry_year is not null
      and expiry_month is not null
    when 'payout' then expires_at is null and used_at is null and expiry_year is null
      and expiry_month is null
    else false end)
);
create index card_token_expiring on card_token (expires_at) where expires_at is not null;
