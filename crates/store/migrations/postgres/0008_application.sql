-- Applications of partners, what shops have granted to them, and who made what. All times in the
-- first two tables are the platform's.
create table application (
  id text collate "C" not null,
  name text collate "C" not null,
  description text collate "C",
  site text collate "C",
  -- Where codes go; none where they are shown to be typed.
  callback_url text collate "C",
  -- Names of rights with spaces between.
  scopes text collate "C" not null,
  -- SHA-256 of the secret; the secret itself is nowhere.
  secret_hash bytea not null,
  created_at bigint not null,
  deleted_at bigint,
  version bigint not null,
  constraint application_pk primary key (id)
);

create table shop_grant (
  id text collate "C" not null,
  application_id text collate "C" not null,
  shop_id bigint not null,
  scopes text collate "C" not null,
  -- SHA-256 of the code and of the token; they themselves are nowhere.
  code_hash bytea not null,
  state text collate "C" not null,
  token_hash bytea,
  issued_at bigint,
  expires_at bigint,
  revoked_by text collate "C",
  revoked_at bigint,
  granted_at bigint not null,
  version bigint not null,
  constraint shop_grant_pk primary key (id),
  constraint shop_grant_code unique (code_hash),
  constraint shop_grant_token unique (token_hash),
  constraint shop_grant_revoked check ((state = 'revoked') = (revoked_at is not null))
);
create index shop_grant_by_shop on shop_grant (shop_id, granted_at, id);
create index shop_grant_by_application on shop_grant (application_id);

-- Which application made it; none where the shop did.
alter table payment add column application_id text collate "C";
create index payment_by_application on payment (shop_id, application_id, created_at, id)
  where application_id is not null;
alter table refund add column application_id text collate "C";
create index refund_by_application on refund (shop_id, application_id, created_at, id)
  where application_id is not null;
alter table payment_method add column application_id text collate "C";

-- Of an application's webhook: by which grant, and what the notifications may tell.
alter table webhook add column application_id text collate "C";
alter table webhook add column grant_id text collate "C";
alter table webhook add column shows_fees boolean;
alter table webhook add column ends_at bigint;
