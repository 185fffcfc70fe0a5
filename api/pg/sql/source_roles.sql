WITH asked AS (
    SELECT s, t FROM jsonb_to_recordset($2::jsonb) AS x(s text, t text)
), owners AS (
    SELECT c.relowner, count(*) AS n
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
      AND n.nspname <> 'information_schema'
      AND (NOT EXISTS (SELECT FROM asked) OR (n.nspname, c.relname) IN (SELECT s, t FROM asked))
    GROUP BY c.relowner
), named AS (
    SELECT true AS is_user, oid FROM pg_catalog.pg_roles WHERE rolname = $1
    UNION ALL
    (SELECT false, relowner FROM owners ORDER BY n DESC, relowner LIMIT 1)
)
SELECT d.is_user, r.rolname, r.rolcanlogin, r.rolreplication, r.rolsuper, r.rolbypassrls,
       coalesce(r.rolvaliduntil < now(), false), pg_catalog.pg_has_role(r.oid, 'MEMBER'),
       r.rolconnlimit, (SELECT count(*) FROM owners)
FROM named d JOIN pg_catalog.pg_roles r ON r.oid = d.oid
