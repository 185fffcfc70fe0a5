#ifndef TESTS_STORE_WORLD_H
#define TESTS_STORE_WORLD_H

/* A store in a folder of its own, for each test anew. */

#include "api/base/clock.h"
#include "api/store/internal.h"
#include "tests/unit/store/folder.h"

struct world {
    char *folder;
    struct store *store;
    struct arena arena;
};

static inline struct store *open_or_fail(const char *folder)
{
    struct err e;
    struct store *s = store_open(folder, &e);

    if (!s)
        fail_msg("%s: %s", e.what, e.why);
    return s;
}

static inline int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);

    w->folder = folder_make();
    w->store = open_or_fail(w->folder);
    arena_init(&w->arena);
    *state = w;
    return 0;
}

static inline int tear_down(void **state)
{
    struct world *w = *state;

    clock_freeze(0);
    store_close(w->store);
    folder_remove(w->folder);
    arena_done(&w->arena);
    free(w);
    return 0;
}

static inline void reopen(struct world *w)
{
    store_close(w->store);
    w->store = open_or_fail(w->folder);
}

#define with_store(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif
