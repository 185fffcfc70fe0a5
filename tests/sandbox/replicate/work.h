#ifndef SANDBOX_WORK_H
#define SANDBOX_WORK_H

/* The replica's own thread: it alone reads the stream, writes to SQLite and touches the mirrors.
 * What it holds in memory can be thrown away at any moment and read again from the file: that is
 * how it starts, and what it does after a fault in the middle of a transaction.
 *
 * Memory: a message and its row at a time; backfills hand over at most 2 MB each; what is held back
 * until a backfill is done lies in the file (_replica_held), not in memory. */

#include "tests/sandbox/replicate/backfill.h"
#include "tests/sandbox/replicate/figures.h"
#include "tests/sandbox/replicate/relation.h"
#include "tests/sandbox/replicate/replicate.h"

#include <pthread.h>

enum {
    WORK_ROWS = 10000,       /* rows in a transaction of SQLite before it is committed */
    WORK_GATHER_MS = 32,     /* how long messages gather before they are read */
    WORK_MUCH_BYTES = 16384, /* a turn that brought more is followed by the next at once */
    WORK_LINGER_MS = 3,      /* how long a quiet stream is given before a commit */
    WORK_STATUS_MS = 10000,  /* status and heartbeat */
    WORK_REPORT_MS = 1000,   /* status when only the server's position has moved */
    WORK_PATIENCE_MS = 3000, /* for a slot that a reader before us is about to leave */
    WORK_RECENT = 1024,
    WORK_EVENT_MAX = 20 * 1000 * 1000 /* bytes of one row change; BigQuery takes no more */
};

struct settled { /* transactions applied since the last commit to SQLite, for the latencies */
    int64_t commit_ms;
    uint32_t events;
};

struct table_choice {
    char *schema, *table;
    char **columns;
    size_t n_columns;
};

struct table_list {
    struct table_choice *items;
    size_t n;
};

struct type_kind {
    uint32_t oid;
    int32_t typmod;
    enum value_kind kind;
};

struct work {
    /* given */
    char *stream_id, *conninfo, *publication, *slot, *path;
    bool append_only, backfill_all;
    int max_backfills;
    struct table_list *chosen; /* what shall flow */
    struct halt halt;          /* ends everything */
    struct halt wake;          /* something to look at: a command, a chunk */

    /* from the file */
    struct store store;
    struct mirror **mirrors;
    size_t n_mirrors;
    char system[32];  /* identifies the source's cluster */
    uint64_t stored;  /* what commits before this position is written, if not yet committed */
    uint64_t durable; /* what commits before this one needs not be sent again */
    struct row_mark mark;
    int64_t events, bytes, unsupported, held_seq;
    int64_t copied; /* rows; not in the file: since this start */
    sqlite3_stmt *save_stream, *save_table, *hold;
    bool loaded;

    /* the stream */
    PGconn *stream, *side;
    struct relations relations;
    struct pgoutput_event event, held_event; /* decoded: live, from the queue */
    struct relation held_relation;
    struct mirror *held_for;       /* whose announcement held_relation is */
    bool in_transaction, repeated; /* repeated: it was stored before */
    uint32_t xid;
    int64_t commit_us;
    uint64_t commit_lsn;
    uint64_t server_end, reported;                       /* positions: heard of, told */
    int64_t began_at, told_at, next_heartbeat, next_try; /* monotonic ms */
    int tries;
    bool must_answer, no_heartbeat;
    bool gathers; /* the last turn brought little: more shall come before the next */
    uint32_t recent[WORK_RECENT]; /* xids of the last transactions read */
    uint64_t n_transactions;
    struct type_kind *types;
    size_t n_types;

    /* what is written and not committed yet */
    struct settled *settled;
    size_t n_settled;
    atomic_llong oldest_us;       /* commit time of the oldest change not stored; 0: none */
    int64_t opened_at, newest_at; /* monotonic ms: the first write, the last message */
    struct figures figures;
    struct arena scratch;
    struct row new_row, old_row;

    /* what others see, under lock */
    pthread_mutex_t lock;
    struct replica_look look; /* tables: as many as mirrors, same order */
    struct command *commands, **last_command;
    bool news; /* look lags behind */
    int64_t next_publish;
    enum replica_state state;
    struct err fault;
};

/* books.c: what is kept in the file */
bool books_load(struct work *w, struct err *e); /* stream, tables; cut backfills are undone */
void books_unload(struct work *w);
bool books_save(struct work *w, struct err *e); /* into the open transaction */
struct mirror *books_find(struct work *w, const char *schema, const char *table);
struct mirror *books_add(struct work *w, const char *schema, const char *table, struct err *e);
bool books_other_system(struct work *w, const char *system, struct err *e);

/* apply.c: one message of the stream */
bool apply_message(struct work *w, const char *bytes, size_t n, struct err *e);
/* n: bytes of its message. Events that cannot be applied are counted and left out. */
bool apply_change(struct work *w, struct relation *r, const struct pgoutput_event *event, size_t n,
                  struct err *e);
bool apply_bind(struct work *w, struct relation *r, struct err *e);

/* held.c: the queue of a mirror whose backfill is not done */
bool held_add(struct work *w, struct relation *r, const char *bytes, size_t n, struct err *e);
void held_begin(struct work *w, struct mirror *m);
bool held_drain(struct work *w, struct mirror *m,
                struct err *e); /* some; LIVE when all is applied */
bool held_forget(struct work *w, struct mirror *m, struct err *e);

/* schedule.c: backfills */
bool schedule_due(struct work *w, struct err *e);
bool schedule_turn(struct work *w, bool *busy, struct err *e); /* takes chunks, drains queues */
bool schedule_ask(struct work *w, struct mirror *m, bool manual, struct err *e);
bool schedule_stop(struct work *w, struct mirror *m, struct err *e);
bool schedule_undo(struct work *w, struct mirror *m, struct err *e); /* a cut one, for a new try */
void schedule_cancel_all(struct work *w); /* ends the threads; the mirrors stay as they are */

/* stream.c: the walsender's connection */
bool stream_open(struct work *w, struct err *e);
void stream_close(struct work *w);
/* Reads at most some messages; *busy: there may be more at once. */
bool stream_turn(struct work *w, bool *busy, struct err *e);
bool stream_tell(struct work *w, struct err *e);    /* status now */
bool stream_keep(struct work *w, struct err *e);    /* status and heartbeat where due */
int64_t stream_next(const struct work *w);          /* when stream_keep has something to do */
PGconn *stream_side(struct work *w, struct err *e); /* the SQL connection, opened when needed */
bool stream_is_hopeless(struct work *w, const struct err *fault);

/* work.c */
void *work_run(void *work);
/* publish.c: what others see */
void work_publish(struct work *w, int64_t now);

/* command.c: what other threads ask */
enum command_kind { COMMAND_SELECT, COMMAND_START, COMMAND_STOP };
struct command {
    enum command_kind kind;
    struct command *next;
    struct table_list *tables; /* SELECT: all that shall flow; else one */
};
bool command_choose(struct work *w, struct err *e); /* makes the mirrors fit w->chosen */
bool command_run(struct work *w, struct command *c, struct err *e);
void command_free(struct command *c);
void command_push(struct work *w, struct command *c);      /* from any thread */
void command_push_back(struct work *w, struct command *c); /* to be the next again */
struct command *command_take(struct work *w);
struct table_list *tables_copy(const struct replica_table *tables, size_t n);
void tables_free(struct table_list *list);
const struct table_choice *tables_find(const struct table_list *list, const char *schema,
                                       const char *table);

#endif
