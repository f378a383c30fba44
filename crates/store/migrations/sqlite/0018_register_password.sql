-- The password of a register's account leaves the database: it stands in a file, and the shop's row
-- has its name. For accounts of before the operator makes this one.
update shop
   set fiscalization = json_set(
         json_remove(fiscalization, '$.register.password'),
         '$.register.password_file', '/etc/altyn/atol-' || id)
 where json_extract(fiscalization, '$.register.type') = 'atol';
