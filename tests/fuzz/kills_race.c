/* Ten processes at one stream: one wins, and the others say who. And once more where all is there.
 */
#include "tests/fuzz/kills_inside.h"

#include "api/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RACERS = 10 };

/* --- a race --- */

static bool lost_well(const struct kills_child *c, long winner)
{
    char who[64];

    snprintf(who, sizeof who, "process %ld on this machine", winner);
    return c->code == 1 && strstr(c->err, who) && strstr(c->out, "LOCKED");
}

static bool race(struct kills_world *w, const struct phase *p, char why[WHY])
{
    const struct kills_child *winner = NULL;

    kills_race(w, p->words, RACERS);
    for (unsigned i = 0; i < RACERS; i++)
        if (w->children[i].code == p->code) {
            if (winner) {
                snprintf(why, WHY, "two have won");
                return false;
            }
            winner = &w->children[i];
        }
    if (!winner)
        return snprintf(why, WHY, "nobody has won; exit %d\n%.800s", w->children[0].code,
                        kills_err(w)) < 0;
    for (unsigned i = 0; i < RACERS; i++)
        if (&w->children[i] != winner && !lost_well(&w->children[i], (long)winner->pid)) {
            snprintf(why, WHY, "exit %d\n%s%s", w->children[i].code, w->children[i].out,
                     w->children[i].err);
            return false;
        }
    return true;
}

/* There and back again: two tables, one table. */
unsigned kills_races(struct kills_world *w, const struct phase *phases, unsigned long rounds)
{
    char why[WHY];
    unsigned failed = 0;

    kills_begin(w, true);
    for (unsigned long i = 0; i < rounds; i++)
        if (!race(w, &phases[(i + 1) % 2], why)) {
            failed++;
            printf("FAILED round %lu\n  %s\n", i, why);
            fflush(stdout);
        }
    printf("ran: %lu rounds of %d: %u failed\n", rounds, (int)RACERS, failed);
    return failed;
}

/* --- once more, where everything exists --- */

enum { FAR_MS = 50, AGAIN_MS = 3000, ROUNDS = 5 };

static int by_size(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* False when it wrote, or did not end well. */
static bool again(struct kills_world *w, const struct phase *p, int64_t *ms, unsigned *asked)
{
    int64_t from = clock_mono_ms();
    int code = kills_run(w, p->words, NULL);

    *ms = clock_mono_ms() - from;
    *asked = w->asked;
    if (code != 0 || w->writes > 0)
        fprintf(stderr, "exit %d, %u writes\n%s", code, w->writes, kills_err(w));
    return code == 0 && w->writes == 0;
}

unsigned kills_again(struct kills_world *w, const struct phase *p)
{
    int64_t ms[ROUNDS];
    unsigned asked = 0;

    kills_begin(w, false);
    bool ok = kills_run(w, p->words, NULL) == 0;
    free(kills_state(w));
    w->delay_ms = FAR_MS;
    for (int i = 0; ok && i < ROUNDS; i++)
        ok = again(w, p, &ms[i], &asked);
    if (!ok)
        return 1;
    qsort(ms, ROUNDS, sizeof *ms, by_size);
    double s = (double)ms[ROUNDS / 2] / 1000, goal = (double)AGAIN_MS / 1000;
    printf("%-9s %-34s %8.3g s   %3u calls of %d ms, 0 writes %6.2f of the goal, %g s  %s\n",
           "again", "everything exists: strom create", s, asked, (int)FAR_MS, s / goal, goal,
           s <= goal ? "ok" : "missed");
    return 0; /* the line says it */
}
