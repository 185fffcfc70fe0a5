/* What a server, or somebody in its place, sends as pgoutput. */

#include "tests/fuzz/fuzz.h"

#include "tests/sandbox/replicate/pgoutput.h"

#include <stdlib.h>
#include <string.h>

static const char *first, *last; /* of the message: everything borrows from it */

static void inside(const char *bytes, size_t n)
{
    fuzz_must(bytes >= first && bytes <= last && n <= (size_t)(last - bytes));
    fuzz_touch(bytes, n);
}

static void check_tuple(const struct pgoutput_tuple *t)
{
    fuzz_must(t->n <= PGOUTPUT_COLUMNS);
    for (size_t i = 0; i < t->n; i++) {
        const struct pgoutput_cell *c = &t->cells[i];
        fuzz_must(c->kind == PGOUTPUT_NULL || c->kind == PGOUTPUT_UNCHANGED ||
                  c->kind == PGOUTPUT_TEXT || c->kind == PGOUTPUT_BINARY);
        if (c->kind == PGOUTPUT_TEXT || c->kind == PGOUTPUT_BINARY)
            inside(c->bytes, c->n);
    }
}

static void check_event(const struct pgoutput_event *e)
{
    bool changes = e->kind == PGOUTPUT_INSERT || e->kind == PGOUTPUT_UPDATE;
    if (e->kind == PGOUTPUT_RELATION) {
        fuzz_must(e->n_columns <= PGOUTPUT_COLUMNS && strchr("dnfi", e->identity));
        fuzz_must(strlen(e->schema) < PGOUTPUT_NAME && strlen(e->name) < PGOUTPUT_NAME);
        for (size_t i = 0; i < e->n_columns; i++)
            fuzz_must(strlen(e->columns[i].name) < PGOUTPUT_NAME);
    }
    if (changes)
        check_tuple(&e->new_row);
    if ((e->kind == PGOUTPUT_UPDATE && e->old_kind != PGOUTPUT_OLD_NONE) ||
        e->kind == PGOUTPUT_DELETE)
        check_tuple(&e->old_row);
}

static void decode(const char *bytes, size_t n)
{
    static struct pgoutput_event event;
    char why[PGOUTPUT_WHY] = "";
    first = bytes;
    last = bytes + n;
    if (pgoutput_decode(bytes, n, &event, why))
        check_event(&event);
    else
        fuzz_must(why[0] && memchr(why, '\0', sizeof why));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pgoutput_frame frame;
    char why[PGOUTPUT_WHY] = "";
    char *bytes = fuzz_bytes(data, size);
    decode(bytes, size);
    first = bytes;
    last = bytes + size;
    if (pgoutput_unframe(bytes, size, &frame, why)) {
        fuzz_must(frame.kind == PGOUTPUT_DATA || frame.kind == PGOUTPUT_KEEPALIVE);
        if (frame.kind == PGOUTPUT_DATA) {
            inside(frame.bytes, frame.n);
            decode(frame.bytes, frame.n);
        }
    } else {
        fuzz_must(why[0] != '\0');
    }
    free(bytes);
    return 0;
}
