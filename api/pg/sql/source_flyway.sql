SELECT n.nspname, pg_catalog.has_table_privilege(c.oid, 'SELECT')
               AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = 'flyway_schema_history' AND c.relkind IN ('r', 'v')
ORDER BY n.nspname <> 'public', n.nspname
LIMIT 1
