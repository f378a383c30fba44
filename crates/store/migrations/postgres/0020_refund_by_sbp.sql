-- SBP's own id of a transfer that brought money back.
alter table refund add column sbp_operation_id text;
