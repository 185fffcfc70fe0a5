SELECT c.conrelid, k.a, c.confrelid, k.b
FROM pg_catalog.pg_constraint c
CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(c.conkey), pg_catalog.unnest(c.confkey)) AS k(a, b)
WHERE c.contype = 'f' AND c.conparentid = 0 AND c.conrelid >= 16384
