-- Runs once, on an empty volume, in the new database. The roles of the services are made by `cdb migrate --roles`.
-- bypassrls: pg_dump stops where a policy could hide rows from it, and a dump that lacks rows is none.
\set password `cat /run/secrets/postgresql/backup`
create role cdb_backup login bypassrls password :'password';
grant pg_read_all_data to cdb_backup;
