#ifndef STROM_SCREENS_CHECKS_LOOK_H
#define STROM_SCREENS_CHECKS_LOOK_H

/* The checks being asked: the connection first, then everything at once. The look before stays to
 * be shown until the next has ended. While something is pending they are asked again by themselves:
 * every few seconds at first, less often when nothing changes, and no more after half an hour. */

#include "api/checks/gather.h"
#include "screens/journey.h"

struct checks_look {
    struct task *connecting, *asking, *shown; /* the next look, and the one that is drawn */
    struct arena mem;                         /* what is wanted: lives as long as the look */
    struct source_wanted wanted;
    struct err pg_trouble;
    struct source_mark mark; /* from here the slot's growth is measured, when marked */
    bool marked;
    bool changed[CHECK_IDS];    /* turned green with the last look, or one before it by itself */
    size_t n_green;             /* with the last look alone */
    bool expecting;             /* checks_look_expect */
    bool by_itself;             /* the look under way */
    int64_t moved_ms, asked_ms; /* of clock_mono_ms: something changed, was asked */
};

void checks_look_ask(struct checks_look *l, struct journey *j);
/* What was written, or a deploy that was begun, is about to turn checks green: that is pending, as
 * is what a check says to wait for. */
void checks_look_expect(struct checks_look *l);
/* For a step's tick_ms: how often it is looked whether it is time; 0: nothing is pending. */
int64_t checks_look_tick_ms(const struct checks_look *l);
void checks_look_tick(struct checks_look *l, struct journey *j); /* asks when it is */
/* A task ended. True when there is another look to show. */
bool checks_look_news(struct checks_look *l, struct journey *j);
const struct check_list *checks_look_list(const struct checks_look *l); /* NULL: none yet */
size_t checks_look_green(const struct checks_look *l);                  /* how many turned green */
const struct task *checks_look_running(const struct checks_look *l);    /* NULL: none is */
void checks_look_drop(struct checks_look *l);

#endif
