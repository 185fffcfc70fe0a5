WITH RECURSIVE pub AS (
    SELECT oid, puballtables FROM pg_catalog.pg_publication WHERE pubname = $1
), chosen AS (
    SELECT x.s, x.t, x.c, k.oid
    FROM jsonb_to_recordset($2::jsonb) AS x(s text, t text, c text[])
    JOIN pg_catalog.pg_namespace n ON n.nspname = x.s
    JOIN pg_catalog.pg_class k ON k.relnamespace = n.oid AND k.relname = x.t
    UNION ALL
    (SELECT n.nspname, k.relname, NULL, k.oid
     FROM pg_catalog.pg_class k JOIN pg_catalog.pg_namespace n ON n.oid = k.relnamespace
     WHERE $2::jsonb = '[]' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
       AND k.relkind IN ('r', 'p') AND NOT k.relispartition AND k.relpersistence = 'p'
       AND k.relname <> 'flyway_schema_history'
     LIMIT 20000)
), member AS (
    SELECT r.prrelid AS oid, :prattrs AS attrs, :prqual AS filtered
    FROM pg_catalog.pg_publication_rel r JOIN pub ON pub.oid = r.prpubid
), space AS (
    SELECT s.pnnspid AS oid FROM (:published_schemas) s JOIN pub ON pub.oid = s.pnpubid
), line(oid, above) AS (
    SELECT c.oid, c.oid FROM chosen c
    UNION
    SELECT l.oid, i.inhparent
    FROM line l JOIN pg_catalog.pg_class k ON k.oid = l.above AND k.relispartition
         JOIN pg_catalog.pg_inherits i ON i.inhrelid = l.above
), hit AS (
    SELECT l.oid, bool_or(l.above <> l.oid) AS by_parent,
           bool_or(m.filtered) FILTER (WHERE l.above = l.oid) AS filtered,
           min(m.attrs::text) FILTER (WHERE l.above = l.oid) AS attrs
    FROM line l
    JOIN pg_catalog.pg_class k ON k.oid = l.above
    LEFT JOIN member m ON m.oid = l.above
    WHERE m.oid IS NOT NULL
       OR (k.relkind IN ('r', 'p') AND k.relpersistence = 'p'
           AND (k.relnamespace IN (SELECT space.oid FROM space)
                OR EXISTS (SELECT FROM pub WHERE puballtables)))
    GROUP BY l.oid
)
SELECT c.s, c.t, h.oid IS NOT NULL, coalesce(h.by_parent, false), coalesce(h.filtered, false),
       CASE WHEN h.attrs IS NOT NULL THEN
           (SELECT jsonb_agg(a.attname ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
              AND (c.c IS NULL OR a.attname = ANY (c.c))
              AND NOT a.attnum = ANY (string_to_array(h.attrs, ' ')::int2[])) END
FROM chosen c LEFT JOIN hit h ON h.oid = c.oid
ORDER BY 1, 2
