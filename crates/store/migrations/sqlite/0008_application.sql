-- Applications of partners, what shops have granted to them, and who made what. All times in the
-- first two tables are the platform's.
create table application (
  id text not null,
  name text not null,
  description text,
  site text,
  -- Where codes go; none where they are shown to be typed.
  callback_url text,
  -- Names of rights with spaces between.
  scopes text not null,
  -- SHA-256 of the secret; the secret itself is nowhere.
  secret_hash blob not null,
  created_at integer not null,
  deleted_at integer,
  version integer not null,
  constraint application_pk primary key (id)
) strict;

create table shop_grant (
  id text not null,
  application_id text not null,
  shop_id integer not null,
  scopes text not null,
  -- SHA-256 of the code and of the token; they themselves are nowhere.
  code_hash blob not null,
  state text not null,
  token_hash blob,
  issued_at integer,
  expires_at integer,
  revoked_by text,
  revoked_at integer,
  granted_at integer not null,
  version integer not null,
  constraint shop_grant_pk primary key (id),
  constraint shop_grant_code unique (code_hash),
  constraint shop_grant_token unique (token_hash),
  constraint shop_grant_revoked check ((state = 'revoked') = (revoked_at is not null))
) strict;
create index shop_grant_by_shop on shop_grant (shop_id, granted_at, id);
create index shop_grant_by_application on shop_grant (application_id);

-- Which application made it; none where the shop did.
alter table payment add column application_id text;
create index payment_by_application on payment (shop_id, application_id, created_at, id)
  where application_id is not null;
alter table refund add column application_id text;
create index refund_by_application on refund (shop_id, application_id, created_at, id)
  where application_id is not null;
alter table payment_method add column application_id text;

-- Of an application's webhook: by which grant, and what the notifications may tell.
alter table webhook add column application_id text;
alter table webhook add column grant_id text;
alter table webhook add column shows_fees integer;
alter table webhook add column ends_at integer;
