WITH RECURSIVE pub AS (
    SELECT oid, puballtables FROM pg_catalog.pg_publication
    WHERE pubname = $1 AND (pubupdate OR pubdelete)
), member AS (
    SELECT r.prrelid AS oid FROM pg_catalog.pg_publication_rel r JOIN pub ON pub.oid = r.prpubid
    UNION
    SELECT k.oid FROM pg_catalog.pg_class k
    WHERE k.relnamespace IN (SELECT s.pnnspid FROM (:published_schemas) s JOIN pub ON pub.oid = s.pnpubid)
    UNION
    SELECT k.oid FROM pg_catalog.pg_class k WHERE EXISTS (SELECT FROM pub WHERE puballtables)
), leaf AS (
    SELECT m.oid FROM member m
    UNION
    SELECT i.inhrelid
    FROM leaf l JOIN pg_catalog.pg_class k ON k.oid = l.oid AND k.relkind = 'p'
         JOIN pg_catalog.pg_inherits i ON i.inhparent = l.oid
), narrowed AS (
    SELECT r.prrelid AS oid, :prattrs AS attrs, :prqual_text AS filter,
           CASE k.relreplident WHEN 'f' THEN NULL ELSE x.indkey END AS identity
    FROM pg_catalog.pg_publication_rel r JOIN pub ON pub.oid = r.prpubid
    JOIN pg_catalog.pg_class k ON k.oid = r.prrelid
    LEFT JOIN pg_catalog.pg_index x ON x.indrelid = k.oid
         AND CASE k.relreplident WHEN 'i' THEN x.indisreplident AND x.indisvalid ELSE x.indisprimary END
    WHERE k.relreplident = 'f' OR x.indexrelid IS NOT NULL
), blind AS (
    SELECT n.oid FROM narrowed n
    WHERE (n.attrs IS NOT NULL
           AND (n.identity IS NULL
                OR NOT (n.identity::int2[] <@ string_to_array(n.attrs::text, ' ')::int2[])))
       OR (n.identity IS NOT NULL
           AND EXISTS (SELECT FROM regexp_matches(n.filter, ':varattno ([0-9]+)', 'g') used
                       WHERE NOT used[1]::int2 = ANY (n.identity::int2[])))
)
SELECT n.nspname, k.relname, count(*) OVER ()
FROM leaf l
JOIN pg_catalog.pg_class k ON k.oid = l.oid
JOIN pg_catalog.pg_namespace n ON n.oid = k.relnamespace
LEFT JOIN pg_catalog.pg_index pk ON pk.indrelid = k.oid AND pk.indisprimary
LEFT JOIN pg_catalog.pg_index ri ON ri.indrelid = k.oid AND ri.indisreplident AND ri.indisvalid
WHERE k.relkind = 'r' AND k.relpersistence = 'p' AND n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
  AND (k.oid IN (SELECT b.oid FROM blind b)
       OR CASE k.relreplident
          WHEN 'f' THEN false
          WHEN 'n' THEN true
          WHEN 'i' THEN ri.indexrelid IS NULL
          ELSE pk.indexrelid IS NULL
          END)
ORDER BY 1, 2
LIMIT 50
