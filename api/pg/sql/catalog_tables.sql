WITH who AS (
    SELECT :reader_oid AS oid
), pub AS (
    SELECT oid, puballtables FROM pg_catalog.pg_publication WHERE :publication_filter
), spaces AS (
    SELECT n.oid, n.nspname,
           pg_catalog.has_schema_privilege(who.oid, n.oid, 'USAGE') AS usage,
           pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS mine,
           EXISTS (SELECT FROM (:published_schemas) s JOIN pub ON pub.oid = s.pnpubid
                   WHERE s.pnnspid = n.oid) AS published
    FROM pg_catalog.pg_namespace n, who
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
), published AS (
    SELECT DISTINCT r.prrelid FROM pg_catalog.pg_publication_rel r JOIN pub ON pub.oid = r.prpubid
)
SELECT c.oid, n.nspname, c.relname, c.relkind, c.relispartition, c.relreplident, c.relpages,
       c.reltuples::bigint, c.relrowsecurity, c.relpersistence = 'u',
       pg_catalog.pg_get_userbyid(c.relowner), h.inhparent,
       pk.indkey, pk.:key_columns, ri.indkey, ri.:key_columns,
       p.prrelid IS NOT NULL OR (c.relkind IN ('r', 'p') AND c.relpersistence = 'p'
           AND (n.published OR EXISTS (SELECT FROM pub WHERE puballtables))),
       n.usage AND pg_catalog.has_table_privilege(who.oid, c.oid, 'SELECT'),
       n.usage,
       n.mine AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
FROM pg_catalog.pg_class c
JOIN spaces n ON n.oid = c.relnamespace
CROSS JOIN who
LEFT JOIN pg_catalog.pg_index pk ON pk.indrelid = c.oid AND pk.indisprimary
LEFT JOIN pg_catalog.pg_index ri ON ri.indrelid = c.oid AND ri.indisreplident
LEFT JOIN pg_catalog.pg_inherits h ON c.relispartition AND h.inhrelid = c.oid
LEFT JOIN published p ON p.prrelid = c.oid
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
