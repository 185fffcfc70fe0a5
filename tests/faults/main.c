/* Every call x every fault. A cell is a scenario in which one call meets one fault, once or each
 * time; then the same command is run again without it. It must end as it ends without any fault.
 *
 *     faults [--sample N] [--seed S] [--cells FROM-TO | I/N] [--list] [--state FILE] [NAME...]
 *
 * FILE keeps the place: whoever was interrupted goes on there. A cell is half waiting: several
 * processes, each with its share and its file, are through in a fraction of the time.
 */

#include "api/base/clock.h"
#include "api/base/str.h"
#include "screens/cli/out.h"
#include "tests/faults/aim.h"
#include "tests/faults/requests.h"
#include "tests/faults/scenario.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS = 65536, CALLS_EACH = 64, WHY = 1400 };

struct reference;

struct cell {
    const struct scenario *scenario;
    const struct reference *reference;
    char key[AIM_KEY];
    enum fault_kind fault;
    bool once;
};

struct reference { /* of a scenario without any fault */
    struct aim_call calls[CALLS_EACH];
    size_t n_calls;
    char *state;
    int code;
};

static struct cell cells[CELLS];
static size_t n_cells;
static struct reference references[SCENARIOS];
static struct requests *asked; /* in all of them */

static const char *name_of(const struct cell *c, char out[AIM_KEY + 64])
{
    snprintf(out, AIM_KEY + 64, "%s %s %s %s", c->scenario->name, c->once ? "once" : "always",
             fault_of(c->fault)->name, c->key);
    return out;
}

static void keep_requests(const struct world *w)
{
    char path[160];

    snprintf(path, sizeof path, "%s/requests.jsonl", w->cell);
    requests_take(asked, path);
}

/* --- without any fault --- */

static bool make_reference(struct world *w, const struct scenario *s, struct reference *r)
{
    struct outcome first, second;
    size_t n;

    if (!world_begin(w, s->scene)) {
        fprintf(stderr, "%s: no world\n", s->name);
        return false;
    }
    aim_at(NULL, FAULT_NONE, false);
    aim_forget();
    scenario_run(w, s, &first);
    const struct aim_call *calls = aim_calls(&n);
    r->n_calls = n < CALLS_EACH ? n : CALLS_EACH;
    memcpy(r->calls, calls, r->n_calls * sizeof *calls);
    r->code = first.code;
    scenario_run(w, s, &second);
    r->state = stand_state(w->stand);
    keep_requests(w);
    if (!first.ok || !second.ok) {
        const struct outcome *o = first.ok ? &second : &first;
        fprintf(stderr, "%s does not work without any fault: %s: %s (%s)%s, exit %d\n", s->name,
                o->err.what, o->err.why, o->err.reason, o->stuck ? ", stuck" : "", o->code);
        return false;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("%s: %zu calls, %" PRId64 " s, exit %d\n", s->name, n, first.took_ms / 1000, r->code);
    return true;
}

/* The person's token is the same everywhere, and so is what a resumed run looks at: both have cells
 * of their own. */
static bool is_old_hat(const struct scenario *s, const char *key)
{
    bool alone = s->call || (s->words && !str_eq(s->name, "strom create"));

    if (s->known && str_starts(key, "look "))
        return true;
    return alone && s->login == STAND_PERSON && !str_eq(s->name, "whoami") &&
           strstr(key, " oauth2.") != NULL;
}

static void add_cells(const struct scenario *s, const struct reference *r)
{
    for (size_t i = 0; i < r->n_calls; i++)
        for (int f = FAULT_NONE + 1; f < FAULTS; f++)
            for (int once = 0; once < 2; once++) {
                /* Too many nights last too long; and a network goes away once. */
                bool night = (f == FAULT_SLEEP || f == FAULT_AWAY) && once == 0;
                if (night || !aim_fits(&r->calls[i], (enum fault_kind)f) ||
                    is_old_hat(s, r->calls[i].key))
                    continue;
                assert(n_cells < CELLS); /* none is left out without a word */
                struct cell *c = &cells[n_cells++];
                *c = (struct cell){
                    .scenario = s, .reference = r, .fault = (enum fault_kind)f, .once = once == 1};
                str_copy(c->key, sizeof c->key, r->calls[i].key);
            }
}

/* --- a cell --- */

static bool is_look(const struct cell *c)
{
    return str_starts(c->key, "look ");
}

/* What may come of it: the fault's own kinds; and what could not be looked at blocks the plan. */
static bool right_kind(const struct cell *c, const struct err *e)
{
    unsigned kinds = fault_of(c->fault)->kinds;

    if (is_look(c))
        kinds |= 1u << ERR_CONFLICT;
    if (is_look(c) && c->fault == FAULT_404) /* what is there is made again, and refused */
        kinds |= 1u << ERR_INPUT;
    return c->scenario->words || (kinds & 1u << e->kind) != 0; /* a command's error has no kind */
}

static bool wrong(char why[WHY], const char *what, const struct err *e)
{
    snprintf(why, WHY, "%s: [%s] %s | %s | %s | next: %s | of: %s", what, err_kind_name(e->kind),
             e->reason, e->what, e->why, e->hint, e->resource);
    return false;
}

/* Where a token is asked for, nothing can be renewed: a 401 is the last word. */
static bool is_final(const struct cell *c)
{
    return (c->fault == FAULT_401 || c->fault == FAULT_TOKEN) &&
           (strstr(c->key, " oauth2.") || strstr(c->key, " iamcredentials.") ||
            strstr(c->key, " computeMetadata/") ||
            strstr(c->key, " kubernetes/")); /* its token stands in the kubeconfig */
}

/* A job bears no requestId: what may have been heard is not said twice. */
static bool is_said_once(const struct cell *c)
{
    return strstr(c->key, "BackfillJob") != NULL;
}

/* What is being done waits until the network is back; what is only looked at says that it is away.
 */
static bool is_waited_out(const struct cell *c)
{
    return c->fault == FAULT_AWAY && c->scenario->waits && str_starts(c->key, "do ");
}

/* An account's key is replaced, a person logs in. What was not seen is told by the plan. */
static bool right_hint(const struct cell *c, const struct err *e)
{
    const char *wanted = fault_of(c->fault)->hint;

    if (c->fault == FAULT_REVOKED && c->scenario->login == STAND_ACCOUNT)
        wanted = "its key was revoked or replaced";
    if (wanted && c->scenario->login == STAND_PROXIED && strstr(wanted, "PROXY"))
        wanted = "proxy-url"; /* it stands in the kubeconfig */
    if (!wanted || is_look(c) || c->scenario->words || c->scenario->login == STAND_MACHINE)
        return true; /* a machine that gives no token is told of as such, however it failed */
    return strstr(e->hint, wanted) != NULL;
}

static bool judge_failure(const struct cell *c, const struct outcome *o, char why[WHY])
{
    const struct err *e = &o->err;

    if (o->code != OUT_COULD_NOT) /* contract, section 2: whatever the world does, it is no 2, 4 */
        return wrong(why, "its exit code is not 1", e);
    if (!*e->what || !*e->why)
        return wrong(why, "it does not say what and why", e);
    if (!*e->hint)
        return wrong(why, "it does not say what next", e);
    if (!*e->resource)
        return wrong(why, "it names no resource", e);
    if (!right_hint(c, e))
        return wrong(why, "it tells another next step", e);
    if (!right_kind(c, e))
        return wrong(why, "it is of the wrong kind", e);
    if (is_waited_out(c) ||
        (c->once && fault_of(c->fault)->passes && !is_final(c) && !is_said_once(c)))
        return wrong(why, "it should have passed", e);
    return true;
}

/* What was looked for in vain may change the verdict, but nothing that was to be done is "not yet".
 */
static bool judge_end(const struct cell *c, const struct outcome *o, char why[WHY])
{
    if (o->code == c->reference->code || c->scenario->looks)
        return true;
    snprintf(why, WHY, "exit %d instead of %d", o->code, c->reference->code);
    return false;
}

static bool judge_first(struct world *w, const struct cell *c, const struct outcome *o,
                        char why[WHY])
{
    const char *leak = world_leak(w);

    if (o->stuck)
        snprintf(why, WHY, "it never ends (after %" PRId64 " s)", o->took_ms / 1000);
    else if (o->leaks)
        return wrong(why, "a secret is told", &o->err);
    else if (leak)
        snprintf(why, WHY, "a secret is in %s", leak);
    else if (o->silent_step)
        return wrong(why, "a step failed without a word", &o->err);
    else if (o->garbled)
        return wrong(why, "what it says is not as the contract has it", &o->err);
    else if (!aim_hit())
        snprintf(why, WHY, "the call was not made");
    else if (aim_too_soon())
        snprintf(why, WHY, "it was asked again before Retry-After was over");
    else if (aim_too_late())
        snprintf(why, WHY, "after the sleep it went on late, or on an old connection or token");
    else if (wire_strays(w->wire) > 0)
        snprintf(why, WHY, "a redirect was followed");
    else
        return o->ok ? judge_end(c, o, why) : judge_failure(c, o, why);
    return false;
}

/* The first line in which they differ. */
static void tell_difference(const char *wanted, const char *found, char why[WHY])
{
    while (*wanted && *wanted == *found && strcspn(wanted, "\n") == strcspn(found, "\n") &&
           strncmp(wanted, found, strcspn(wanted, "\n") + 1) == 0) {
        size_t n = strcspn(wanted, "\n") + 1;
        wanted += n;
        found += n;
    }
    snprintf(why, WHY, "another end:\n    wanted %.*s\n    found  %.*s", (int)strcspn(wanted, "\n"),
             wanted, (int)strcspn(found, "\n"), found);
}

static bool judge_second(struct world *w, const struct cell *c, const struct outcome *o,
                         char why[WHY])
{
    const struct reference *r = c->reference;

    if (o->stuck) {
        snprintf(why, WHY, "the same command never ends");
        return false;
    }
    if (!o->ok)
        return wrong(why, "the same command does not continue", &o->err);
    if (o->code != r->code) {
        snprintf(why, WHY, "the same command ends with %d instead of %d", o->code, r->code);
        return false;
    }
    char *state = stand_state(w->stand);
    bool same = strcmp(state, r->state) == 0;
    if (!same)
        tell_difference(r->state, state, why);
    free(state);
    return same;
}

static bool try_twice(struct world *w, const struct cell *c, char why[WHY])
{
    struct outcome first, second;

    if (!world_begin(w, c->scenario->scene)) {
        snprintf(why, WHY, "no world");
        return false;
    }
    aim_at(c->key, c->fault, c->once);
    scenario_run(w, c->scenario, &first);
    if (!judge_first(w, c, &first, why))
        return false;
    aim_at(NULL, FAULT_NONE, false);
    scenario_run(w, c->scenario, &second);
    const char *leak = world_leak(w);
    if (leak)
        snprintf(why, WHY, "a secret is in %s", leak);
    return judge_second(w, c, &second, why) && !leak;
}

static bool try_cell(struct world *w, const struct cell *c, char why[WHY])
{
    bool ok = try_twice(w, c, why);

    keep_requests(w);
    return ok;
}

/* --- all of them, some, or one --- */

static uint64_t random_state;

/* splitmix64 */
static size_t below(size_t n)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15U;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return (size_t)((z ^ z >> 31) % n);
}

/* The first `n` become a random choice. */
static void shuffle(size_t n)
{
    for (size_t i = 0; i < n && i + 1 < n_cells; i++) {
        size_t other = i + below(n_cells - i);
        struct cell c = cells[i];
        cells[i] = cells[other];
        cells[other] = c;
    }
}

/* A part of its name is enough; a whole name is itself. */
static bool is_meant(const struct cell *c, int argc, char **argv)
{
    char name[AIM_KEY + 64];

    for (int i = 0; i < argc; i++)
        if (strstr(name_of(c, name), argv[i]) != NULL)
            return true;
    return argc == 0;
}

struct wish {
    size_t sample;
    uint64_t seed;
    bool list, verbose;
    const char *state;         /* NULL: no place is kept */
    size_t from, upto, shares; /* cells, counted from 1; upto 0: all; shares: from/shares */
    int first;                 /* of the names */
};

/* "FROM-TO", or "I/N": the I-th of N shares. */
static void read_range(struct wish *wish, const char *text)
{
    char *end;
    size_t first = strtoul(text, &end, 10), second = *end ? strtoul(end + 1, NULL, 10) : first;

    wish->shares = *end == '/' ? second : 0;
    wish->from = first ? first : 1;
    wish->upto = second;
}

/* Which of the cells are meant, counted from 0: from the first up to what *upto becomes. */
static size_t first_of(const struct wish *wish, size_t *upto)
{
    size_t n = *upto;

    if (wish->shares) {
        *upto = n * wish->from / wish->shares;
        return n * (wish->from - 1) / wish->shares;
    }
    if (wish->upto && wish->upto < n)
        *upto = wish->upto;
    return wish->from ? wish->from - 1 : 0;
}

static struct wish read_wish(int argc, char **argv)
{
    const char *seed = getenv("STROM_SEED");
    struct wish wish = {.seed = seed ? strtoull(seed, NULL, 10) : 1, .first = 1};

    for (; wish.first < argc && str_starts(argv[wish.first], "--"); wish.first++) {
        const char *option = argv[wish.first], *value = argv[wish.first + 1];
        if (str_eq(option, "--list"))
            wish.list = true;
        else if (str_eq(option, "--verbose"))
            wish.verbose = true;
        else if (str_eq(option, "--state") && value)
            wish.state = value, wish.first++;
        else if (str_eq(option, "--sample") && value)
            wish.sample = strtoul(value, NULL, 10), wish.first++;
        else if (str_eq(option, "--seed") && value)
            wish.seed = strtoull(value, NULL, 10), wish.first++;
        else if (str_eq(option, "--cells") && value)
            read_range(&wish, value), wish.first++;
    }
    return wish;
}

/* Where an interrupted run was; the first one when it was one of other cells. */
static size_t place_of(const struct wish *wish, size_t first, size_t upto, size_t *tried,
                       size_t *failed)
{
    FILE *f = wish->state ? fopen(wish->state, "r") : NULL;
    size_t of = 0, at = 0;
    bool ok = f && fscanf(f, "%zu %zu %zu %zu", &of, &at, tried, failed) == 4 && of == n_cells &&
              at >= first && at <= upto;

    if (f)
        fclose(f);
    if (ok)
        printf("goes on with cell %zu\n", at + 1);
    else
        *tried = *failed = 0;
    return ok ? at : first;
}

static void keep_place(const struct wish *wish, size_t at, size_t tried, size_t failed)
{
    FILE *f = wish->state ? fopen(wish->state, "w") : NULL;

    if (!f)
        return;
    fprintf(f, "%zu %zu %zu %zu\n", n_cells, at, tried, failed);
    fclose(f);
}

static int try_all(struct world *w, const struct wish *wish, int argc, char **argv)
{
    size_t tried = 0, failed = 0,
           most = wish->sample && wish->sample < n_cells ? wish->sample : n_cells;
    char name[AIM_KEY + 64], why[WHY];

    random_state = wish->seed;
    if (wish->sample)
        shuffle(most);
    size_t first = first_of(wish, &most);
    for (size_t i = place_of(wish, first, most, &tried, &failed); i < most; i++) {
        keep_place(wish, i, tried, failed);
        if (!is_meant(&cells[i], argc, argv))
            continue;
        tried++;
        if (wish->list || wish->verbose)
            printf("%s\n", name_of(&cells[i], name));
        if (wish->list || try_cell(w, &cells[i], why))
            continue;
        failed++;
        printf("FAILED \"%s\"\n  %s\n", name_of(&cells[i], name), why);
        fflush(stdout);
    }
    keep_place(wish, most, tried, failed); /* whoever began the shares takes the places away */
    bool right = wish->list || requests_hold(asked);
    printf("%zu cells of %zu, seed %" PRIu64 ": %zu failed\n", tried, n_cells, wish->seed, failed);
    return failed > 0 || tried == 0 || !right;
}

int main(int argc, char **argv)
{
    struct world w;
    struct wish wish = read_wish(argc, argv);
    bool ok = world_open(&w) && (asked = requests_open(w.folder)) != NULL;
    size_t n = 0;

    for (const struct scenario *s; ok && n < SCENARIOS && (s = scenario_at(n)); n++) {
        ok = make_reference(&w, s, &references[n]);
        if (ok)
            add_cells(s, &references[n]);
    }
    int code = ok ? try_all(&w, &wish, argc - wish.first, argv + wish.first) : 2;
    for (size_t i = 0; i < SCENARIOS; i++)
        free(references[i].state);
    requests_close(asked);
    world_close(&w);
    return code;
}
