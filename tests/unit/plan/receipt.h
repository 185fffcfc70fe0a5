#ifndef TESTS_UNIT_PLAN_RECEIPT_H
#define TESTS_UNIT_PLAN_RECEIPT_H

/* A receipt as it is planned, of a scene in which everything is there. Include behind cmocka.h, in
 * one file of a program. */

#include "api/plan/remove.h"
#include "tests/unit/plan/scene.h"

#include <string.h>

struct receipt {
    struct scene s;
    struct remove_options o;
    struct receipt_line *lines;
    size_t n;
};

static inline void open_receipt(struct receipt *r)
{
    *r = (struct receipt){0};
    scene_open(&r->s);
    scene_ready(&r->s);
    names_complete(&r->s.target);
    r->o = (struct remove_options){
        .target = &r->s.target, .seen = &r->s.seen, .source_asked = true, .slot_bytes = -1};
}

static inline void plan_receipt(struct receipt *r)
{
    remove_plan(&r->o, &r->s.mem, &r->lines, &r->n);
}

/* Where a line of that kind stands; -1: nowhere. */
static inline int line_at(const struct receipt *r, enum receipt_kind kind, const char *what)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->lines[i].kind == kind && strcmp(r->lines[i].what, what) == 0)
            return (int)i;
    return -1;
}

#endif
