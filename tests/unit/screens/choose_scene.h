#ifndef TESTS_UNIT_SCREENS_CHOOSE_SCENE_H
#define TESTS_UNIT_SCREENS_CHOOSE_SCENE_H

/* A journey with plain tables of which one column is sensitive, and what is kept of choosing in it.
 * Behind cmocka.h. */

#include "api/base/str.h"
#include "api/store/internal.h"
#include "screens/choose.h"

#include <stdio.h>

enum { COLUMNS = 20, MANY = 10000, FLAGGED = 3 };

struct scene {
    struct options options;
    struct live live;
    struct journey j;
};

/* Tables t0, t1, ...: `id` is the key, c3 is sensitive. */
static inline void add_tables(struct selection *s, size_t n)
{
    struct selection_fact facts[COLUMNS];
    char names[COLUMNS][24], table[24];

    for (size_t c = 0; c < COLUMNS; c++) {
        snprintf(names[c], sizeof names[c], c ? "c%zu" : "id", c);
        facts[c] = (struct selection_fact){.name = names[c],
                                           .type = "text",
                                           .key = c == 0,
                                           .level = c == FLAGGED ? RULES_SPECIAL : RULES_NONE};
    }
    for (size_t i = 0; i < n; i++) {
        snprintf(table, sizeof table, "t%zu", i);
        selection_add(s, "public", table, facts, COLUMNS, NULL);
    }
}

static inline void open_scene(struct scene *s, size_t tables)
{
    struct err e;

    *s = (struct scene){.live = {.options = &s->options}};
    s->live.store = store_open_memory(&e);
    assert_non_null(s->live.store);
    journey_open(&s->j, &s->live);
    add_tables(&s->j.selection, tables);
    s->j.selection_ready = true;
}

static inline void close_scene(struct scene *s)
{
    journey_close(&s->j);
    store_close(s->live.store);
}

static inline void choose_all(struct scene *s)
{
    size_t n = s->j.selection.n_tables, *all = mem_alloc(n * sizeof *all);

    for (size_t i = 0; i < n; i++)
        all[i] = i;
    choose_tables(&s->j, all, n, true);
    mem_free(all);
}

/* Entries that the next save writes; SIZE_MAX: all of them. */
static inline size_t to_write(const struct scene *s)
{
    const char *const *keys;
    bool all;
    size_t n = kept_touched(s->j.kept, &keys, &all);

    return all ? SIZE_MAX : n;
}

static const struct selection_place flagged = {0, FLAGGED};

static inline bool settle(struct scene *s, const char *reason, const char *reference)
{
    struct choose_reasoned r = {
        .places = &flagged, .n = 1, .reason = reason, .reference = reference};
    struct err e;

    return choose_with_reason(&s->j, &r, &e);
}

static const char *kept_reason(const struct scene *s, const char *table, const char *column)
{
    char key[64];

    snprintf(key, sizeof key, "ack.public\x1f%s\x1f%s", table, column);
    return kept_text(s->j.kept, key, "");
}

static const char *kept_columns(const struct scene *s, const char *table)
{
    char key[64];

    snprintf(key, sizeof key, "chosen.public\x1f%s", table);
    return kept_text(s->j.kept, key, "");
}

static inline bool is_chosen(const struct scene *s, size_t column)
{
    return s->j.selection.tables[0].columns[column].included;
}

#endif
