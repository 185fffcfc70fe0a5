SELECT n.nspname, pg_catalog.has_table_privilege(c.oid, 'SELECT')
               AND pg_catalog.has_schema_privilege(n.oid, 'USAGE'),
       EXISTS (SELECT FROM pg_catalog.pg_locks l
               WHERE l.relation = c.oid AND l.mode = 'AccessExclusiveLock'
                 AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d
                                   WHERE d.datname = current_database()))
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = 'flyway_schema_history' AND c.relkind IN ('r', 'v')
ORDER BY n.nspname <> 'public', n.nspname
LIMIT 1
