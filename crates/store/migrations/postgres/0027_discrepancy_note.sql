-- What whoever runs the platform has done about a discrepancy.
alter table discrepancy add column note text;
