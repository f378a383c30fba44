-- Where an invoice was sent stands in its message, which forgets it.
alter table invoice drop column delivery_address;
