SELECT p.pubname IS NOT NULL, pg_catalog.pg_get_userbyid(p.pubowner), p.puballtables, p.pubinsert,
       p.pubupdate, p.pubdelete, p.all_of_it ->> 'pubtruncate', coalesce(p.all_of_it ->> 'pubviaroot', 'false'),
       age(p.xmin),
       greatest(age(p.xmin), (SELECT max(age(r.xmin)) FROM pg_catalog.pg_publication_rel r
                              WHERE r.prpubid = p.oid),
                (SELECT max(age(s.made)) FROM (:published_schemas) s WHERE s.pnpubid = p.oid)),
       (SELECT jsonb_agg(n.nspname ORDER BY n.nspname)
        FROM (:published_schemas) s JOIN pg_catalog.pg_namespace n ON n.oid = s.pnnspid
        WHERE s.pnpubid = p.oid),
       (SELECT jsonb_agg(o.pubname) FROM (SELECT pubname FROM pg_catalog.pg_publication
                                          ORDER BY pubname LIMIT 50) o),
       (SELECT jsonb_agg(jsonb_build_object(
                   's', n.nspname, 't', k.relname, 'k', k.relkind,
                   'r', coalesce(has_table_privilege(u.oid, k.oid, 'SELECT'), false))
               ORDER BY n.nspname, k.relname)
        FROM pg_catalog.pg_publication_rel r
        JOIN pg_catalog.pg_class k ON k.oid = r.prrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = k.relnamespace
        LEFT JOIN pg_catalog.pg_roles u ON u.rolname = $2
        WHERE r.prpubid = p.oid)
FROM (SELECT 1) one LEFT JOIN (
    SELECT b.xmin, b.oid, b.pubname, b.pubowner, b.puballtables, b.pubinsert, b.pubupdate, b.pubdelete,
           to_jsonb(b) AS all_of_it
    FROM pg_catalog.pg_publication b) p ON p.pubname = $1
