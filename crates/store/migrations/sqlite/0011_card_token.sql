-- Cards that were given for a token: to pay once, or to be paid to.
alter table shop add column may_use_tokens integer not null default 0;
alter table shop add column widget_retries integer not null default 1;

create table card_token (
  -- SHA-256 of the token; the token itself is nowhere.
  hash blob not null,
  shop_id integer not null,
  -- What it is for: payment or payout.
  purpose text not null,
  acquirer_token text not null,
  first6 text not null,
  last4 text not null,
  brand text not null,
  -- As on the card; none of a card that is paid to.
  expiry_year integer,
  expiry_month integer,
  issuer_country text,
  issuer_name text,
  expires_at integer,
  used_at integer,
  created_at integer not null,
  version integer not null,
  constraint card_token_pk primary key (hash),
  constraint card_token_purpose check (case purpose
    when 'payment' then expires_at is not null and expiry_year is not null
      and expiry_month is not null
    when 'payout' then expires_at is null and used_at is null and expiry_year is null
      and expiry_month is null
    else 0 end)
) strict;
create index card_token_expiring on card_token (expires_at) where expires_at is not null;
