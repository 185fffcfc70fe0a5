#ifndef TESTS_UNIT_PLAN_ANY_H
#define TESTS_UNIT_PLAN_ANY_H

/* Any selection, by its seed: names, types and reasons are made of what JSON, Markdown, SQL and
 * terminals find meaning in. */

#include "api/base/safe.h"
#include "api/base/str.h"
#include "api/base/utf8.h"
#include "api/plan/selection.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static inline uint32_t any_number(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* 1 to `most` pieces; what JSON, Markdown, SQL and terminals find meaning in is among them. */
static inline const char *any_text(struct selection *s, uint32_t *seed, uint32_t most)
{
    static const char *const pieces[] = {"a",
                                         "Z",
                                         "_",
                                         "7",
                                         " ",
                                         ".",
                                         "\"",
                                         "\\",
                                         "/",
                                         "`",
                                         "{",
                                         "]",
                                         ":",
                                         ",",
                                         "\xC3\xB8",
                                         "\xE2\x80\xAE",
                                         "fnr",
                                         "$",
                                         "-",
                                         "\'",
                                         "\xF0\x9F\x98\x80"};
    struct str text = {0};
    for (uint32_t n = 1 + any_number(seed) % most; n > 0; n--)
        str_add(&text, pieces[any_number(seed) % (sizeof pieces / sizeof *pieces)]);
    const char *kept = selection_keep(s, str_text(&text));
    str_done(&text);
    return kept;
}

/* Not blank, and not turned, as a reason must be. */
static inline const char *any_said(struct selection *s, uint32_t *seed, uint32_t most)
{
    for (;;) {
        const char *text = any_text(s, seed, most);
        if (!utf8_is_blank(text) && !safe_turns(text))
            return text;
    }
}

static inline const char *maybe(struct selection *s, uint32_t *seed)
{
    return any_number(seed) % 4 ? any_text(s, seed, 20) : NULL;
}

/* As PostgreSQL and Nais name things: 63 bytes at most. */
static inline const char *maybe_name(struct selection *s, uint32_t *seed)
{
    const char *text = maybe(s, seed);
    char name[64];

    if (text == NULL)
        return NULL;
    str_copy(name, sizeof name, text);
    return selection_keep(s, name);
}

/* A letter, and then what the alphabet has. */
static inline const char *maybe_word(struct selection *s, uint32_t *seed, const char *alphabet)
{
    char word[61] = "a";
    size_t letters = strlen(alphabet), n = any_number(seed) % (sizeof word - 1);

    for (size_t i = 1; i < n; i++)
        word[i] = alphabet[any_number(seed) % letters];
    return any_number(seed) % 4 ? selection_keep(s, word) : NULL;
}

static inline void any_table(struct selection *s, uint32_t *seed, uint32_t number)
{
    struct selection_fact facts[8];
    char schema[64], name[80];
    uint32_t n = any_number(seed) % 8;
    for (uint32_t i = 0; i < n; i++) {
        snprintf(name, sizeof name, "%.40s%u", any_text(s, seed, 8), i);
        facts[i] = (struct selection_fact){.name = selection_keep(s, name),
                                           .type = any_text(s, seed, 30),
                                           .level = (enum rules_level)(any_number(seed) % 3),
                                           .categories =
                                               any_number(seed) & ((1u << RULES_CATEGORIES) - 1)};
    }
    snprintf(schema, sizeof schema, "%.40s", any_text(s, seed, 4));
    snprintf(name, sizeof name, "%.40s%u", any_text(s, seed, 8), number);
    struct selection_table *t = selection_add(s, schema, name, facts, n, NULL);
    t->selectable = true;
    for (uint32_t i = 0; i < n; i++)
        if (any_number(seed) % 2) {
            struct selection_ack *ack = arena_new(&s->mem, struct selection_ack);
            *ack = (struct selection_ack){.reason = any_said(s, seed, 60),
                                          .reference = any_said(s, seed, 9),
                                          .by = any_said(s, seed, 9),
                                          .at = "2026-11-22T13:00:00+01:00",
                                          .level = facts[i].level};
            t->columns[i].included = true;
            t->columns[i].ack = any_number(seed) % 3 ? ack : NULL;
            t->n_included++;
        }
}

static inline void any_selection(struct selection *s, uint32_t seed)
{
    selection_init(s);
    s->source = (struct selection_source){
        maybe_name(s, &seed), maybe_name(s, &seed), maybe_name(s, &seed), maybe_name(s, &seed),
        maybe_name(s, &seed), maybe_name(s, &seed), maybe_name(s, &seed), maybe_name(s, &seed)};
    s->destination.project = maybe_name(s, &seed);
    s->destination.dataset_project = maybe_name(s, &seed);
    s->destination.dataset = maybe_word(s, &seed, "abcxyzABCXYZ0189_");
    s->destination.mode = any_number(&seed) % 2 ? "merge" : "append_only";
    s->destination.freshness_seconds = any_number(&seed) % 100000;
    s->naming.stream = maybe_word(s, &seed, "abcxyz0189-");
    for (uint32_t n = any_number(&seed) % 9; n > 0; n--)
        any_table(s, &seed, n);
}

#endif
