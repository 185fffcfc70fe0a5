WITH pub AS (
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
    SELECT d.relid FROM member m JOIN pg_catalog.pg_class k ON k.oid = m.oid AND k.relkind = 'p'
         CROSS JOIN LATERAL :descendants AS d(relid)
)
SELECT n.nspname, k.relname, count(*) OVER ()
FROM leaf l
JOIN pg_catalog.pg_class k ON k.oid = l.oid
JOIN pg_catalog.pg_namespace n ON n.oid = k.relnamespace
LEFT JOIN pg_catalog.pg_index pk ON pk.indrelid = k.oid AND pk.indisprimary
LEFT JOIN pg_catalog.pg_index ri ON ri.indrelid = k.oid AND ri.indisreplident AND ri.indisvalid
WHERE k.relkind = 'r' AND k.relpersistence = 'p' AND n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
  AND CASE k.relreplident
      WHEN 'f' THEN false
      WHEN 'n' THEN true
      WHEN 'i' THEN ri.indexrelid IS NULL
      ELSE pk.indexrelid IS NULL
      END
ORDER BY 1, 2
LIMIT 50
