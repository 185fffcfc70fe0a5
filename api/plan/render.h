#ifndef STROM_PLAN_RENDER_H
#define STROM_PLAN_RENDER_H

/* A plan in words and as data: the same on the screen, in `strom plan` and in --json (contract,
 * 5b). */

#include "api/base/json.h"
#include "api/net/task.h"
#include "api/plan/drift.h"
#include "api/plan/judging.h"
#include "api/plan/plan.h"

/* How the choice was judged. */
struct plan_judged {
    const struct judgement *judgement; /* NULL: the database was not asked */
    const char *why;                   /* then: why not; NULL: that alone */
    const struct rules_team *team;
};

enum plan_line_kind {
    PLAN_LINE_HEAD,
    PLAN_LINE_ACTION,
    PLAN_LINE_DETAIL,
    PLAN_LINE_WARNING,
    PLAN_LINE_TABLE,
    PLAN_LINE_SENSITIVE,
    PLAN_LINE_STOPS, /* of a stream that is there */
    PLAN_LINE_STARTS
};
struct plan_line {
    enum plan_line_kind kind;
    enum plan_verb verb; /* of an action */
    const char *text;
};
struct plan_lines {
    struct plan_line *items;
    size_t n;
};

/* Totals first, what is risky next (what stops flowing, what is sensitive and why it flows), then
 * every thing, then what flows. Texts live in a; foreign
 * parts are as they came (pages and plan_print make them harmless). judged NULL: told elsewhere. */
void plan_lines(const struct plan *p, const struct selection *s, const struct plan_judged *judged,
                struct arena *a, struct plan_lines *out);
/* The lines as plain text with a sign in front of each action: + ~ - = !. */
void plan_print(const struct plan *p, const struct selection *s, const struct plan_judged *judged,
                struct str *out);
/* The document of `strom plan --json`. drift: of a plan file against what runs; NULL: not of one.
 * trial: of apply_try; NULL: nothing was tried. */
void plan_json(const struct plan *p, const struct selection *s, const struct plan_judged *judged,
               const struct drift *drift, const struct task *trial, struct str *out);
/* What flows now and will not any more, the n-th of it: "public.person", "public.sak.tittel"; NULL
 * behind the last. */
const char *plan_stops(const struct plan *p, size_t n);
char plan_sign(enum plan_verb v);

#endif
