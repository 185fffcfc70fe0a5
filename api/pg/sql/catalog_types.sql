SELECT t.oid, pg_catalog.format_type(t.oid, NULL), t.typtype, t.typbasetype, t.typtypmod, t.typelem,
       t.typcategory,
       CASE WHEN t.typtype = 'e'
            THEN (SELECT pg_catalog.string_agg(l.enumlabel::pg_catalog.text, pg_catalog.chr(10))
                  FROM (SELECT e.enumlabel FROM pg_catalog.pg_enum e
                        WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder LIMIT 64) l) END
FROM pg_catalog.pg_type t
LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
LEFT JOIN pg_catalog.pg_class r ON r.oid = coalesce(nullif(t.typrelid, 0), e.typrelid)
WHERE r.oid IS NULL OR r.relkind = 'c'
   OR t.oid IN (SELECT a.atttypid FROM pg_catalog.pg_attribute a
                WHERE a.atttypid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped)
