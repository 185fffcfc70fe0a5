#include "tests/sandbox/replicate/pgoutput.h"

#include <stdio.h>
#include <string.h>

/* PostgreSQL counts microseconds from 2000-01-01. */
#define EPOCH_US INT64_C(946684800000000)

/* A cursor that remembers that it ran over the end: readers need not test each step. */
struct bytes {
    const unsigned char *at;
    size_t left;
    bool cut;
};

static uint64_t take(struct bytes *b, size_t width)
{
    if (b->left < width) {
        b->cut = true;
        b->left = 0;
        return 0;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++)
        value = value << 8 | b->at[i];
    b->at += width;
    b->left -= width;
    return value;
}

static int64_t take_time(struct bytes *b)
{
    uint64_t since_2000 = take(b, 8);
    int64_t us = 0;
    memcpy(&us, &since_2000, sizeof us);
    return us > INT64_MAX - EPOCH_US ? INT64_MAX : us + EPOCH_US;
}

static const char *take_bytes(struct bytes *b, size_t n)
{
    const char *found = (const char *)b->at;
    if (b->left < n) {
        b->cut = true;
        b->left = 0;
        return "";
    }
    b->at += n;
    b->left -= n;
    return found;
}

/* A C string within the message, its NUL included; "" when there is none. */
static const char *take_string(struct bytes *b, size_t limit)
{
    const unsigned char *end = b->left > 0 ? memchr(b->at, 0, b->left) : NULL;
    if (!end || (size_t)(end - b->at) >= limit) {
        b->cut = true;
        b->left = 0;
        return "";
    }
    return take_bytes(b, (size_t)(end - b->at) + 1);
}

static bool refuse(char *why, const char *text, unsigned char what)
{
    snprintf(why, PGOUTPUT_WHY, "%s (0x%02x)", text, (unsigned)what);
    return false;
}

static bool read_cell(struct bytes *b, struct pgoutput_cell *cell, char *why)
{
    unsigned char kind = (unsigned char)take(b, 1);
    cell->bytes = "";
    cell->n = 0;
    switch (kind) {
    case PGOUTPUT_NULL:
    case PGOUTPUT_UNCHANGED:
        break;
    case PGOUTPUT_TEXT:
    case PGOUTPUT_BINARY:
        cell->n = (uint32_t)take(b, 4);
        cell->bytes = take_bytes(b, cell->n);
        break;
    default:
        return refuse(why, "unknown kind of column value", kind);
    }
    cell->kind = (enum pgoutput_cell_kind)kind;
    return true;
}

static bool read_tuple(struct bytes *b, struct pgoutput_tuple *t, char *why)
{
    t->n = (size_t)take(b, 2);
    if (t->n > PGOUTPUT_COLUMNS)
        return refuse(why, "more columns than a table can have", 0);
    for (size_t i = 0; i < t->n && !b->cut; i++) {
        if (!read_cell(b, &t->cells[i], why))
            return false;
    }
    return true;
}

static bool read_relation(struct bytes *b, struct pgoutput_event *e, char *why)
{
    e->relation = (uint32_t)take(b, 4);
    e->schema = take_string(b, PGOUTPUT_NAME);
    e->name = take_string(b, PGOUTPUT_NAME);
    e->identity = (char)take(b, 1);
    e->n_columns = (size_t)take(b, 2);
    if (e->schema[0] == '\0')
        e->schema = "pg_catalog";
    if (!b->cut && (e->identity == '\0' || !strchr("dnfi", e->identity)))
        return refuse(why, "unknown replica identity", (unsigned char)e->identity);
    if (e->n_columns > PGOUTPUT_COLUMNS)
        return refuse(why, "more columns than a table can have", 0);
    for (size_t i = 0; i < e->n_columns && !b->cut; i++) {
        struct pgoutput_column *c = &e->columns[i];
        c->is_key = (take(b, 1) & 1) != 0;
        c->name = take_string(b, PGOUTPUT_NAME);
        c->type = (uint32_t)take(b, 4);
        c->typmod = (int32_t)take(b, 4);
    }
    return true;
}

static bool read_row_change(struct bytes *b, struct pgoutput_event *e, char *why)
{
    e->relation = (uint32_t)take(b, 4);
    unsigned char part = (unsigned char)take(b, 1);
    if (e->kind != PGOUTPUT_INSERT && (part == PGOUTPUT_OLD_KEY || part == PGOUTPUT_OLD_ROW)) {
        e->old_kind = (enum pgoutput_old)part;
        if (!read_tuple(b, &e->old_row, why))
            return false;
        if (e->kind == PGOUTPUT_DELETE)
            return true;
        part = (unsigned char)take(b, 1);
    }
    if (b->cut)
        return true;
    if (e->kind == PGOUTPUT_DELETE || part != 'N')
        return refuse(why, "unknown part of a row change", part);
    return read_tuple(b, &e->new_row, why);
}

static void read_begin(struct bytes *b, struct pgoutput_event *e)
{
    e->lsn = take(b, 8);
    e->commit_us = take_time(b);
    e->xid = (uint32_t)take(b, 4);
}

static void read_commit(struct bytes *b, struct pgoutput_event *e)
{
    take(b, 1); /* flags, unused */
    e->lsn = take(b, 8);
    e->end_lsn = take(b, 8);
    e->commit_us = take_time(b);
}

static void read_type(struct bytes *b, struct pgoutput_event *e)
{
    e->relation = (uint32_t)take(b, 4);
    e->schema = take_string(b, PGOUTPUT_NAME);
    e->name = take_string(b, PGOUTPUT_NAME);
    if (e->schema[0] == '\0')
        e->schema = "pg_catalog";
}

static void read_origin(struct bytes *b, struct pgoutput_event *e)
{
    e->lsn = take(b, 8);
    e->name = take_string(b, SIZE_MAX);
}

/* Truncations are not replicated; the list is only checked for its length. */
static void read_truncate(struct bytes *b)
{
    uint64_t n = take(b, 4);
    take(b, 1);
    if (n > b->left / 4)
        b->cut = true;
    else
        take_bytes(b, (size_t)n * 4);
}

static void read_message(struct bytes *b, struct pgoutput_event *e)
{
    take(b, 1);
    e->lsn = take(b, 8);
    e->name = take_string(b, SIZE_MAX);
    take_bytes(b, (size_t)take(b, 4));
}

static bool read_body(struct bytes *b, struct pgoutput_event *e, char *why)
{
    switch (e->kind) {
    case PGOUTPUT_BEGIN:
        read_begin(b, e);
        return true;
    case PGOUTPUT_COMMIT:
        read_commit(b, e);
        return true;
    case PGOUTPUT_ORIGIN:
        read_origin(b, e);
        return true;
    case PGOUTPUT_TYPE:
        read_type(b, e);
        return true;
    case PGOUTPUT_TRUNCATE:
        read_truncate(b);
        return true;
    case PGOUTPUT_MESSAGE:
        read_message(b, e);
        return true;
    case PGOUTPUT_RELATION:
        return read_relation(b, e, why);
    case PGOUTPUT_INSERT:
    case PGOUTPUT_UPDATE:
    case PGOUTPUT_DELETE:
        return read_row_change(b, e, why);
    }
    return false;
}

bool pgoutput_decode(const char *bytes, size_t n, struct pgoutput_event *out,
                     char why[PGOUTPUT_WHY])
{
    struct bytes b = {.at = (const unsigned char *)bytes, .left = n};
    unsigned char kind = (unsigned char)take(&b, 1);
    if (b.cut)
        return refuse(why, "an empty message", 0);
    if (kind == 0 || !strchr("BCORYIUDTM", kind))
        return refuse(why, "unknown kind of message", kind);
    out->kind = (enum pgoutput_kind)kind;
    out->schema = out->name = "";
    out->old_kind = PGOUTPUT_OLD_NONE;
    out->n_columns = out->old_row.n = out->new_row.n = 0;
    if (!read_body(&b, out, why))
        return false;
    if (b.cut)
        return refuse(why, "the message is cut", kind);
    if (b.left > 0)
        return refuse(why, "the message has more than it should", kind);
    return true;
}

bool pgoutput_unframe(const char *bytes, size_t n, struct pgoutput_frame *out,
                      char why[PGOUTPUT_WHY])
{
    struct bytes b = {.at = (const unsigned char *)bytes, .left = n};
    unsigned char kind = (unsigned char)take(&b, 1);
    *out = (struct pgoutput_frame){.bytes = ""};
    if (kind == PGOUTPUT_DATA) {
        out->kind = PGOUTPUT_DATA;
        out->lsn = take(&b, 8);
        out->server_end = take(&b, 8);
        take(&b, 8); /* the server's clock */
        out->n = b.left;
        out->bytes = take_bytes(&b, b.left);
    } else if (kind == PGOUTPUT_KEEPALIVE) {
        out->kind = PGOUTPUT_KEEPALIVE;
        out->lsn = take(&b, 8);
        take(&b, 8);
        out->answer_now = take(&b, 1) != 0;
    } else {
        return refuse(why, "unknown kind of frame", kind);
    }
    return !b.cut || refuse(why, "the frame is cut", kind);
}

static void put(char *to, uint64_t value)
{
    for (int i = 7; i >= 0; i--) {
        to[i] = (char)(value & 0xff);
        value >>= 8;
    }
}

void pgoutput_status(char out[PGOUTPUT_STATUS], uint64_t stored, int64_t now_us, bool answer_now)
{
    out[0] = 'r';
    put(out + 1, stored);
    put(out + 9, stored);
    put(out + 17, stored);
    put(out + 25, (uint64_t)(now_us - EPOCH_US));
    out[33] = answer_now ? 1 : 0;
}
