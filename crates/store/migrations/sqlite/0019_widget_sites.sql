-- The sites that may show a shop's widgets, with spaces between; any may if none is named.
alter table shop add column widget_sites text not null default '';
