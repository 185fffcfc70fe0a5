/* The walsender's connection: what comes in, what is told back, and a heartbeat that moves the slot
 * while the chosen tables rest. */

#include "tests/sandbox/replicate/work.h"

#include "api/base/clock.h"
#include "api/base/str.h"

#include <string.h>
#include <sys/socket.h>

/* A send that goes out costs the server more than decoding the row does, and it sends every row by
 * itself. While our window is closed they queue up on its side and leave together once we read. So
 * the buffer is small; below 32 KB, a segment of the loopback, the window might never fit one. */
enum { MESSAGES_A_TURN = 2000, STREAM_BUFFER = 48 * 1024 };

PGconn *stream_side(struct work *w, struct err *e)
{
    if (w->side && PQstatus(w->side) != CONNECTION_OK) {
        PQfinish(w->side);
        w->side = NULL;
    }
    if (!w->side)
        w->side = link_open(w->conninfo, LINK_SQL, &w->halt, e);
    return w->side;
}

void stream_close(struct work *w)
{
    PQfinish(w->stream);
    PQfinish(w->side);
    w->stream = w->side = NULL;
    relations_clear(&w->relations);
}

static bool identify(struct work *w, struct err *e)
{
    PGresult *r = link_run(w->stream, "IDENTIFY_SYSTEM", 0, NULL, LINK_TIMEOUT_MS, &w->halt, e);
    if (!r)
        return false;
    bool good = books_other_system(w, PQgetvalue(r, 0, 0), e);
    PQclear(r);
    return good;
}

/* The publication is an identifier inside a literal: quotes are doubled for both. */
static void write_start(const struct work *w, struct str *sql)
{
    struct str name = {0};
    sql_name(&name, w->publication);
    str_add(sql, "START_REPLICATION SLOT ");
    sql_name(sql, w->slot);
    str_printf(sql, " LOGICAL %X/%X (proto_version '1', publication_names '",
               (unsigned)(w->stored >> 32), (unsigned)w->stored);
    for (const char *p = str_text(&name); *p; p++) {
        if (*p == '\'')
            str_addc(sql, '\'');
        str_addc(sql, *p);
    }
    str_add(sql, "')");
    str_done(&name);
}

static bool start(struct work *w, struct err *e)
{
    struct str sql = {0};
    write_start(w, &sql);
    PGresult *r = link_run(w->stream, str_text(&sql), 0, NULL, LINK_TIMEOUT_MS, &w->halt, e);
    bool good = r && PQresultStatus(r) == PGRES_COPY_BOTH;
    if (r && !good)
        link_fault(e, w->stream, r, "starting to read the slot");
    PQclear(r);
    str_done(&sql);
    return good;
}

static void narrow(PGconn *c)
{
    int bytes = STREAM_BUFFER;
    int refused = setsockopt(PQsocket(c), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    (void)refused; /* it works as well, only slower */
}

bool stream_open(struct work *w, struct err *e)
{
    int64_t now = clock_mono_ms();
    w->stream = link_open(w->conninfo, LINK_REPLICATION, &w->halt, e);
    if (!w->stream || !identify(w, e) || !start(w, e)) {
        stream_close(w);
        return false;
    }
    narrow(w->stream);
    w->in_transaction = w->must_answer = false;
    w->server_end = w->reported = 0;
    w->durable = w->stored;
    w->told_at = now;
    w->next_heartbeat = now + WORK_STATUS_MS;
    return true;
}

static bool on_frame(struct work *w, const char *bytes, size_t n, struct err *e)
{
    struct pgoutput_frame f;
    char why[PGOUTPUT_WHY];
    if (!pgoutput_unframe(bytes, n, &f, why)) {
        err_set(e, ERR_BUG, "reading the stream of changes");
        err_why(e, "%s", why);
        err_reason(e, "PROTOCOL");
        return false;
    }
    if (f.kind == PGOUTPUT_DATA)
        return apply_message(w, f.bytes, f.n, e);
    if (f.lsn > w->server_end)
        w->server_end = f.lsn;
    w->must_answer |= f.answer_now;
    return true;
}

static bool ended(struct work *w, struct err *e)
{
    if (!link_finish(w->stream, &w->halt, e))
        return false;
    err_set(e, ERR_NETWORK, "reading the stream of changes");
    err_why(e, "the server ended it");
    err_reason(e, "CONNECTION");
    return false;
}

/* Messages that libpq holds already; how many, or -1. Their bytes are added. */
static int read_messages(struct work *w, size_t *bytes_read, struct err *e)
{
    for (int count = 0;; count++) {
        char *bytes = NULL;
        int n = PQgetCopyData(w->stream, &bytes, 1);
        if (n == 0)
            return count;
        if (n == -1)
            ended(w, e);
        else if (n < -1)
            link_fault(e, w->stream, NULL, "reading the stream of changes");
        bool good = n > 0 && on_frame(w, bytes, (size_t)n, e);
        PQfreemem(bytes);
        if (!good)
            return -1;
        *bytes_read += (size_t)n;
    }
}

bool stream_turn(struct work *w, bool *busy, struct err *e)
{
    int all = 0, some = 1;
    size_t bytes = 0;
    while (some > 0 && all < MESSAGES_A_TURN) {
        if (PQconsumeInput(w->stream) == 0)
            return link_fault(e, w->stream, NULL, "reading the stream of changes");
        some = read_messages(w, &bytes, e);
        all += some;
    }
    if (some < 0)
        return false;
    if (all > 0)
        w->newest_at = clock_mono_ms();
    w->gathers = all > 0 && bytes < WORK_MUCH_BYTES;
    *busy |= some > 0;
    return true;
}

/* --- what is told back --- */

static void advance(struct work *w)
{
    if (w->store.open || w->in_transaction)
        return;
    if (w->stored > w->durable)
        w->durable = w->stored;
    if (w->server_end > w->durable)
        w->durable = w->server_end;
}

bool stream_tell(struct work *w, struct err *e)
{
    char status[PGOUTPUT_STATUS];
    advance(w);
    pgoutput_status(status, w->durable, clock_wall_ms() * 1000, false);
    if (PQputCopyData(w->stream, status, sizeof status) != 1 || PQflush(w->stream) < 0)
        return link_fault(e, w->stream, NULL, "telling the server what is stored");
    w->reported = w->durable;
    w->told_at = clock_mono_ms();
    w->must_answer = false;
    w->news = true;
    return true;
}

/* A message in the WAL, as Datastream writes it. Who may not write it does without. */
static void beat(struct work *w)
{
    struct err e;
    PGconn *c = stream_side(w, &e);
    PGresult *r = c ? link_run(c, "SELECT pg_logical_emit_message(false, 'datastream', '')", 0,
                               NULL, LINK_TIMEOUT_MS, &w->halt, &e)
                    : NULL;
    if (c && !r && PQstatus(c) == CONNECTION_OK)
        w->no_heartbeat = true;
    PQclear(r);
}

bool stream_keep(struct work *w, struct err *e)
{
    int64_t now = clock_mono_ms();
    advance(w);
    if (now >= w->next_heartbeat) {
        w->next_heartbeat = now + WORK_STATUS_MS;
        if (!w->no_heartbeat)
            beat(w);
    }
    int64_t due = w->told_at + (w->durable > w->reported ? WORK_REPORT_MS : WORK_STATUS_MS);
    return (!w->must_answer && now < due) || stream_tell(w, e);
}

int64_t stream_next(const struct work *w)
{
    int64_t due = w->told_at + (w->durable > w->reported ? WORK_REPORT_MS : WORK_STATUS_MS);
    return due < w->next_heartbeat ? due : w->next_heartbeat;
}

/* --- a fault that will not pass --- */

static bool slot_is_lost(struct work *w)
{
    struct err e;
    const char *values[] = {w->slot};
    PGconn *c = stream_side(w, &e);
    PGresult *r = c ? link_run(c,
                               "SELECT 1 FROM pg_replication_slots WHERE slot_name = $1 AND"
                               " plugin = 'pgoutput' AND database = current_database() AND"
                               " wal_status IS DISTINCT FROM 'lost'",
                               1, values, LINK_TIMEOUT_MS, &w->halt, &e)
                    : NULL;
    bool lost = r && PQntuples(r) == 0;
    PQclear(r);
    return lost;
}

bool stream_is_hopeless(struct work *w, const struct err *fault)
{
    if (str_eq(fault->reason, "42704"))
        return true;
    bool said = strlen(fault->reason) == 5 && fault->kind != ERR_NETWORK &&
                fault->kind != ERR_SYSTEM && !str_eq(fault->reason, "55006");
    return said && slot_is_lost(w);
}
