SELECT s.slot_name, s.plugin, s.slot_type = 'logical', s.database, s.active, s.active_pid, s.temporary,
       s.restart_lsn, s.confirmed_flush_lsn, pg_catalog.pg_wal_lsn_diff(s.confirmed_flush_lsn, '0/0'),
       pg_catalog.pg_wal_lsn_diff(w.lsn, s.restart_lsn), to_jsonb(s) ->> 'wal_status',
       to_jsonb(s) ->> 'safe_wal_size', age(s.catalog_xmin), to_jsonb(s) ->> 'two_phase',
       to_jsonb(s) ->> 'invalidation_reason',
       (SELECT concat_ws(', ', nullif(nullif(a.application_name, ''), a.usename), a.usename)
        FROM pg_catalog.pg_stat_activity a WHERE a.pid = s.active_pid)
FROM pg_catalog.pg_replication_slots s,
     (SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
                  ELSE pg_catalog.pg_current_wal_lsn() END AS lsn) w
ORDER BY s.slot_name
LIMIT 200
