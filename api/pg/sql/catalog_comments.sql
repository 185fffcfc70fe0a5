SELECT d.objoid, d.objsubid, pg_catalog.left(d.description, 1000)
FROM pg_catalog.pg_description d
WHERE d.classoid = 1259 AND d.objoid >= 16384
