WITH who AS (
    SELECT (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = $1) AS oid
), asked AS (
    SELECT s, t FROM jsonb_to_recordset($2::jsonb) AS x(s text, t text)
), owners AS (
    SELECT c.relowner, n.oid AS space, n.nspname, count(*) AS n
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND n.nspname !~ '^pg_'
      AND n.nspname <> 'information_schema'
      AND (NOT EXISTS (SELECT FROM asked) OR (n.nspname, c.relname) IN (SELECT s, t FROM asked))
    GROUP BY c.relowner, n.oid, n.nspname
), given AS (
    SELECT d.defaclrole, d.defaclnamespace
    FROM who, pg_catalog.pg_default_acl d, LATERAL pg_catalog.aclexplode(d.defaclacl) x
    WHERE d.defaclobjtype = 'r' AND x.privilege_type = 'SELECT'
      AND CASE WHEN x.grantee = 0 THEN true
               ELSE coalesce(pg_catalog.pg_has_role(who.oid, x.grantee, 'USAGE'), false) END
)
SELECT pg_catalog.pg_get_userbyid(o.relowner), o.nspname, o.n,
       EXISTS (SELECT FROM given g
               WHERE g.defaclrole = o.relowner AND g.defaclnamespace IN (0, o.space)),
       (SELECT string_agg(DISTINCT pg_catalog.pg_get_userbyid(g.defaclrole)::text, ', ') FROM given g
        WHERE g.defaclrole <> o.relowner AND g.defaclnamespace IN (0, o.space))
FROM owners o
ORDER BY o.n DESC, 2, 1
LIMIT 200
