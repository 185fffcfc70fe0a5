SELECT f.version, f.script, f.description, to_char(f.installed_on, 'YYYY-MM-DD"T"HH24:MI:SS'), f.success,
       f.installed_rank
FROM :schema.flyway_schema_history f
ORDER BY f.installed_rank DESC
LIMIT 2000
