SELECT c.conrelid, k.a, c.confrelid, k.b
FROM pg_catalog.pg_constraint c
CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(c.conkey), pg_catalog.unnest(c.confkey)) AS k(a, b)
WHERE c.contype = 'f' AND :not_of_a_part AND c.conrelid >= 16384
