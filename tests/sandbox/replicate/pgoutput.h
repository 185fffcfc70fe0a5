#ifndef SANDBOX_PGOUTPUT_H
#define SANDBOX_PGOUTPUT_H

/* What the pgoutput plugin writes (proto_version 1), bytes in, events out: no memory of its own, no
 * network, no trust in what arrives. A transaction comes whole, at its commit, so nothing has to be
 * taken back. Format: PostgreSQL manual, "Logical Replication Message Formats". */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PGOUTPUT_COLUMNS = 1664, PGOUTPUT_NAME = 64, PGOUTPUT_WHY = 120 };

enum pgoutput_kind {
    PGOUTPUT_BEGIN = 'B',
    PGOUTPUT_COMMIT = 'C',
    PGOUTPUT_ORIGIN = 'O',
    PGOUTPUT_RELATION = 'R',
    PGOUTPUT_TYPE = 'Y',
    PGOUTPUT_INSERT = 'I',
    PGOUTPUT_UPDATE = 'U',
    PGOUTPUT_DELETE = 'D',
    PGOUTPUT_TRUNCATE = 'T',
    PGOUTPUT_MESSAGE = 'M'
};

enum pgoutput_cell_kind {
    PGOUTPUT_NULL = 'n',
    PGOUTPUT_UNCHANGED = 'u', /* a TOASTed value that the statement did not touch: not sent */
    PGOUTPUT_TEXT = 't',
    PGOUTPUT_BINARY = 'b'
};

struct pgoutput_cell {
    const char *bytes; /* borrowed from the message; not NUL-terminated */
    uint32_t n;
    enum pgoutput_cell_kind kind;
};

struct pgoutput_tuple {
    size_t n;
    struct pgoutput_cell cells[PGOUTPUT_COLUMNS];
};

struct pgoutput_column {
    const char *name; /* NUL-terminated, shorter than PGOUTPUT_NAME */
    uint32_t type;
    int32_t typmod;
    bool is_key; /* of the replica identity; every column under FULL */
};

enum pgoutput_old {
    PGOUTPUT_OLD_NONE = 0,
    PGOUTPUT_OLD_KEY = 'K', /* only the identity's columns are filled, the rest is null */
    PGOUTPUT_OLD_ROW = 'O'  /* REPLICA IDENTITY FULL */
};

/* One event; which members hold depends on kind. Large (some 130 kB): one a reader, used again. */
struct pgoutput_event {
    enum pgoutput_kind kind;
    uint32_t xid;       /* BEGIN: the top-level transaction, 32 bits */
    uint64_t lsn;       /* BEGIN: of the commit record; COMMIT: likewise */
    uint64_t end_lsn;   /* COMMIT: where the next record begins */
    int64_t commit_us;  /* BEGIN, COMMIT: microseconds since 1970 */
    uint32_t relation;  /* RELATION INSERT UPDATE DELETE; TYPE: the type */
    const char *schema; /* RELATION TYPE; "pg_catalog" also where the message has "" */
    const char *name;   /* RELATION TYPE ORIGIN MESSAGE(prefix) */
    char identity;      /* RELATION: d n f i */
    size_t n_columns;   /* RELATION */
    struct pgoutput_column columns[PGOUTPUT_COLUMNS];
    enum pgoutput_old old_kind; /* UPDATE DELETE */
    struct pgoutput_tuple old_row;
    struct pgoutput_tuple new_row; /* INSERT UPDATE */
};

/* Every pointer in *out borrows from bytes. False, with the reason in why, for anything that is
 * cut, too long, of an unknown kind or followed by more. */
bool pgoutput_decode(const char *bytes, size_t n, struct pgoutput_event *out,
                     char why[PGOUTPUT_WHY]);

/* The frame around it (streaming replication protocol). */
enum pgoutput_frame_kind { PGOUTPUT_DATA = 'w', PGOUTPUT_KEEPALIVE = 'k' };
struct pgoutput_frame {
    enum pgoutput_frame_kind kind;
    uint64_t lsn;        /* DATA: where the message begins; KEEPALIVE: the server's end of WAL */
    uint64_t server_end; /* DATA */
    bool answer_now;     /* KEEPALIVE */
    const char *bytes;   /* DATA: the message inside */
    size_t n;
};
bool pgoutput_unframe(const char *bytes, size_t n, struct pgoutput_frame *out,
                      char why[PGOUTPUT_WHY]);
enum { PGOUTPUT_STATUS = 34 };
/* The standby status update: all three positions are what is stored for good. */
void pgoutput_status(char out[PGOUTPUT_STATUS], uint64_t stored, int64_t now_us, bool answer_now);

#endif
