-- Where the payer is who binds a method.
alter table payment_method add column client_ip text collate "C";
