#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/equal.h"

#include "api/base/clock.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 120000, LOOK_MS = 100 };

const struct equal_table equal_rules = {
    "public.regel_evaluering", "public_regel_evaluering",
    "sum(id * 7 + regel_resultat_id * 3 + length(regel_navn) * 5 + "
    "CASE WHEN resultat THEN 11 ELSE 0 END)"};
const struct equal_table equal_results = {
    "public.regelsett_resultat", "public_regelsett_resultat",
    "sum(id * 7 + innkommende_journalpost * 3 + length(system_navn) * 5)"};

static void ask(const struct equal_table *t, const char *table, char sql[512])
{
    snprintf(sql, 512, "SELECT 'sum:' || count(*) || ':' || %s || ':' FROM %s", t->sum, table);
}

static bool arrived(struct world *w, const char *sql, const char *wanted, char **out)
{
    const char *const args[] = {"sql", sql, NULL};
    return session_run(w->session, args, out) == 0 && *out && strstr(*out, wanted) != NULL;
}

void equal_await(struct world *w, const struct equal_table *t)
{
    char sql[512], wanted[256], *found = NULL;
    ask(t, t->source, sql);
    world_source(w, sql, wanted);
    ask(t, t->destination, sql);
    for (int64_t end = clock_mono_ms() + PATIENCE_MS; !arrived(w, sql, wanted, &found);) {
        if (clock_mono_ms() > end)
            fail_msg("%s: %s at the source, at the destination:\n%s", t->source, wanted,
                     found ? found : "");
        free(found);
        found = NULL;
        poll(NULL, 0, LOOK_MS); /* looks again; nothing announces this */
    }
    print_message("%s: %s\n", t->source, wanted);
    free(found);
}
