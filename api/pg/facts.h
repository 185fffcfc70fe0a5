#ifndef STROM_PG_FACTS_H
#define STROM_PG_FACTS_H

/* What a source database said about itself, as plain values: gathered by source.h, judged by
 * api/checks. Texts live in the facts' arena and are foreign. Each part says whether it could be
 * asked. */

#include "api/base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the person has chosen so far. */
struct source_table {
    const char *schema, *table;
    const char *const *columns; /* those that flow; n_columns 0: all of them */
    size_t n_columns;
};
struct source_wanted {
    const char *db_user, *publication, *slot; /* never NULL */
    const struct source_table *tables;        /* n_tables 0: every table that could be chosen */
    size_t n_tables;
};

struct source_part {
    bool known;
    const char *why; /* when not: the reason, for people; never NULL then */
};

struct source_server {
    struct source_part part;
    int version;              /* 150020 */
    const char *version_text; /* "15.20 (Debian ...)" */
    const char *wal_level;
    int max_slots, max_senders;
    int64_t wal_sender_timeout_ms;   /* 0: none */
    int64_t max_slot_wal_keep_bytes; /* -1: no limit (or a version without it) */
    bool replica;                    /* in recovery: a read replica */
    bool sees_activity;              /* pg_read_all_stats, directly or not */
    const char *user, *database;
    bool superuser; /* we are */
};

struct source_usage {
    struct source_part part;
    int slots_used, senders_used;
    const char *wal_lsn;
    int64_t wal_bytes; /* position as a number, for the trend; -1 unknown */
    int64_t wall_ms;   /* when it was read */
};

struct source_xact { /* an open transaction of somebody else that has an xid */
    int pid;         /* 0: prepared (two-phase) */
    int64_t xid;
    const char *user, *application, *state, *gid;
    int64_t age_seconds;   /* -1: hidden from us */
    int64_t first_seen_ms; /* wall clock; kept over repeated looks */
    int64_t seen_for_ms;   /* between the first and the last look; 0: seen once */
};
struct source_activity {
    struct source_part part;
    const struct source_xact *xacts;
    size_t n_xacts;
};

struct source_role {
    const char *name;
    bool exists, login, replication, superuser, bypass_rls;
    bool expired;         /* VALID UNTIL is over */
    bool member;          /* we are a member, directly or not */
    int connection_limit; /* -1: none */
};
struct source_roles {
    struct source_part part;
    struct source_role db_user;
    struct source_role app; /* who owns most of the tables; name NULL when there are none */
    size_t n_owners;        /* roles that own some of the tables */
};

struct source_grant { /* a chosen table, or each that could be chosen */
    const char *schema, *table, *owner;
    bool exists;
    char kind;                  /* relkind: r p v m f */
    bool partition;             /* part of a partitioned table */
    bool usage, select;         /* of the db user, effective */
    const char *const *missing; /* chosen columns without SELECT */
    size_t n_missing;
    const char *const *absent; /* chosen columns that are not there */
    size_t n_absent;
    bool row_security; /* and the db user does not bypass it */
    bool has_key;
    int n_key;
    char identity;                /* d n f i */
    bool identity_index_valid;    /* with 'i': the index is still there */
    const char *const *generated; /* chosen columns that are generated: never streamed */
    size_t n_generated;
    int64_t rows; /* estimate, -1 unknown */
};
struct source_grants {
    struct source_part part;
    bool user_exists;
    const struct source_grant *tables;
    size_t n_tables;
};

struct source_default { /* who owns chosen tables in a schema, and what later tables will grant */
    const char *owner, *schema;
    size_t n_tables;
    bool select;
    const char
        *others; /* roles that set defaults of their own here, which do not count; NULL none */
};
struct source_defaults {
    struct source_part part;
    const struct source_default *at;
    size_t n;
};

struct source_published {
    const char *schema, *table;
    bool covered; /* the chosen table is published: itself, schema, all, or through a parent */
    bool by_parent;
    const char *const *left_out; /* chosen columns that a column list leaves out */
    size_t n_left_out;
    bool row_filter;
};
struct source_member { /* named in FOR TABLE or ADD TABLE */
    const char *schema, *table;
    char kind;     /* relkind: r p */
    bool readable; /* by the db user */
};
struct source_publication {
    struct source_part part;
    bool exists;
    const char *owner;
    bool all_tables, via_root;
    bool insert, update, delete_, truncate;
    int64_t age;                /* of the oldest row that belongs to it, in transactions */
    int64_t row_age;            /* of its own row: younger after ALTER PUBLICATION */
    const char *const *schemas; /* FOR TABLES IN SCHEMA */
    size_t n_schemas;
    const struct source_member *members; /* chosen or not */
    size_t n_members;
    const char *const *others; /* names of all publications, for "did you mean" */
    size_t n_others;
};

struct source_coverage { /* what of the wanted tables is published */
    struct source_part part;
    const struct source_published *tables; /* a row a table that is there */
    size_t n_tables;
};

struct source_unsafe { /* published tables whose UPDATE and DELETE fail in the application */
    struct source_part part;
    const char *const *tables; /* "schema.table", at most SOURCE_NAMED */
    size_t n_named, n_all;
};

struct source_slot {
    const char *name, *plugin, *database, *wal_status;
    bool logical, active, temporary, two_phase;
    int active_pid;
    const char *active_by; /* application or user that reads it; NULL unknown */
    const char *restart_lsn, *confirmed_flush;
    int64_t confirmed_bytes;  /* as a number; -1 */
    int64_t held_bytes;       /* WAL kept for it; -1 */
    int64_t safe_bytes;       /* left before it is lost; -1 no limit or unknown */
    int64_t catalog_age;      /* of catalog_xmin, in transactions; -1 */
    const char *invalidation; /* why it was lost, when told; NULL */
};
struct source_slots {
    struct source_part part;
    const struct source_slot *at;
    size_t n;
    const struct source_slot *wanted; /* the one asked for, or NULL */
};

struct source_migration {
    const char *version, *script, *description, *installed_on;
    bool success;
    int64_t rank;
};
struct source_flyway {
    struct source_part part;
    bool table; /* there is a flyway_schema_history */
    bool readable;
    bool locked; /* somebody changes it at this moment: who reads it waits */
    const char *schema;
    const struct source_migration *at; /* newest first, at most 2000 */
    size_t n;
};

enum { SOURCE_NAMED = 50 };

struct source_facts {
    struct arena arena;
    int64_t taken_ms; /* wall clock */
    struct source_server server;
    struct source_usage usage;
    struct source_activity activity;
    struct source_roles roles;
    struct source_grants grants;
    struct source_defaults defaults;
    struct source_publication publication;
    struct source_coverage published;
    struct source_unsafe unsafe;
    struct source_slots slots;
    struct source_flyway flyway;
};

#endif
