WITH who AS (
    SELECT (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = $1) AS oid,
           (SELECT rolbypassrls OR rolsuper FROM pg_catalog.pg_roles WHERE rolname = $1) AS bypass
), chosen AS (
    SELECT x.s, x.t, x.c, k.oid
    FROM jsonb_to_recordset($2::jsonb) AS x(s text, t text, c text[])
    LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = x.s
    LEFT JOIN pg_catalog.pg_class k ON k.relnamespace = n.oid AND k.relname = x.t
          AND k.relkind IN ('r', 'p', 'v', 'm', 'f')
    UNION ALL
    (SELECT n.nspname, k.relname, NULL, k.oid
     FROM pg_catalog.pg_class k JOIN pg_catalog.pg_namespace n ON n.oid = k.relnamespace
     WHERE $2::jsonb = '[]' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
       AND k.relkind IN ('r', 'p') AND NOT k.relispartition AND k.relpersistence = 'p'
       AND k.relname <> 'flyway_schema_history'
     LIMIT 20000)
), seen AS (
    SELECT c.s, c.t, c.c, k.oid, k.relowner, k.relkind, k.relispartition, k.relrowsecurity,
           k.relforcerowsecurity, k.relreplident, k.reltuples,
           pg_catalog.has_schema_privilege(who.oid, k.relnamespace, 'USAGE') AS usage,
           pg_catalog.has_table_privilege(who.oid, k.oid, 'SELECT') AS sel, who.oid AS who, who.bypass
    FROM chosen c CROSS JOIN who LEFT JOIN pg_catalog.pg_class k ON k.oid = c.oid
), marked AS (
    SELECT a.attrelid, a.attname, a.attnum, :generated <> '' AS made, a.attacl IS NOT NULL AS own
    FROM pg_catalog.pg_attribute a
    WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped
      AND (:generated <> '' OR a.attacl IS NOT NULL)
), made AS (
    SELECT m.attrelid, jsonb_agg(m.attname ORDER BY m.attnum) AS names
    FROM marked m JOIN chosen c ON c.oid = m.attrelid
    WHERE m.made AND (c.c IS NULL OR m.attname = ANY (c.c))
    GROUP BY m.attrelid
), own AS (
    SELECT DISTINCT attrelid FROM marked WHERE own
)
SELECT x.s, x.t, pg_catalog.pg_get_userbyid(x.relowner), x.oid IS NOT NULL, x.relkind, x.relispartition,
       x.usage, x.sel,
       CASE WHEN NOT x.sel AND own.attrelid IS NOT NULL
            THEN (SELECT coalesce(jsonb_agg(a.attname ORDER BY a.attnum), '[]')
                  FROM pg_catalog.pg_attribute a
                  WHERE a.attrelid = x.oid AND a.attnum > 0 AND NOT a.attisdropped
                    AND (x.c IS NULL OR a.attname = ANY (x.c))
                    AND NOT pg_catalog.has_column_privilege(x.who, a.attrelid, a.attnum, 'SELECT'))
       END,
       CASE WHEN x.oid IS NOT NULL AND x.c IS NOT NULL
            THEN (SELECT jsonb_agg(w) FROM unnest(x.c) w
                  WHERE NOT EXISTS (
                      SELECT FROM pg_catalog.pg_attribute a
                      WHERE a.attrelid = x.oid AND a.attname = w AND a.attnum > 0
                        AND NOT a.attisdropped))
       END,
       x.relrowsecurity AND NOT x.bypass
           AND (x.relforcerowsecurity OR NOT pg_catalog.pg_has_role(x.who, x.relowner, 'USAGE')),
       coalesce(pk.:key_columns, 0), x.relreplident, coalesce(ri.indisvalid, false), made.names,
       x.reltuples::bigint, x.who IS NOT NULL
FROM seen x
LEFT JOIN pg_catalog.pg_index pk ON pk.indrelid = x.oid AND pk.indisprimary
LEFT JOIN pg_catalog.pg_index ri ON ri.indrelid = x.oid AND ri.indisreplident
LEFT JOIN made ON made.attrelid = x.oid
LEFT JOIN own ON own.attrelid = x.oid
ORDER BY 1, 2
