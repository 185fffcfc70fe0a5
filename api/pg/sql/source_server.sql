SELECT current_setting('server_version'), current_setting('wal_level'),
       current_setting('max_replication_slots'), current_setting('max_wal_senders'),
       (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'wal_sender_timeout'),
       (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'max_slot_wal_keep_size'),
       pg_catalog.pg_is_in_recovery(),
       coalesce((SELECT pg_catalog.pg_has_role(oid, 'USAGE') FROM pg_catalog.pg_roles
                 WHERE rolname = 'pg_read_all_stats'), false),
       current_user, current_database(),
       (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
