SELECT * FROM (
SELECT a.pid, a.backend_xid::text, a.usename, a.application_name, a.state,
       extract(epoch FROM clock_timestamp() - a.xact_start)::bigint, NULL::text
FROM pg_catalog.pg_stat_activity a
WHERE a.backend_xid IS NOT NULL AND a.pid <> pg_catalog.pg_backend_pid()
UNION ALL
SELECT 0, p.transaction::text, p.owner, p.database, 'prepared',
       extract(epoch FROM clock_timestamp() - p.prepared)::bigint, p.gid
FROM pg_catalog.pg_prepared_xacts p
) open
ORDER BY 6 DESC NULLS LAST, 2
LIMIT 200
