-- The password of a register's account leaves the database: it stands in a file, and the shop's row
-- has its name. For accounts of before the operator makes this one.
update shop
   set fiscalization = jsonb_set(
         fiscalization #- '{register,password}',
         '{register,password_file}', to_jsonb('/etc/altyn/atol-' || id))
 where fiscalization #>> '{register,type}' = 'atol';
