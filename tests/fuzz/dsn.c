/* Connection strings, as a person or a file gives them: read as libpq reads them, refused with an
 * error that repeats no password, and never in the way of what a session of ours must be. */

#include "tests/fuzz/fuzz.h"

#include "api/base/safe.h"
#include "api/base/str.h"
#include "api/pg/internal.h"

#include <stdlib.h>
#include <string.h>

#define SECRET "hemmelig0Kanarifugl1Synge2Lenge"
static const char heart[] = "Kanarifugl1Synge";

static void check_error(const struct err *e, const char *given)
{
    fuzz_must(e->kind == ERR_INPUT && e->what[0] && e->why[0]);
    fuzz_must(safe_is(e->why) && safe_is(e->hint));
    if (!strstr(given, heart)) /* libFuzzer reads constants */
        fuzz_must(!strstr(e->why, heart) && !strstr(e->hint, heart));
}

static void check_plan(const struct pg_plan *p)
{
    fuzz_must(p->show_user && p->show_database && p->n_hosts > 0);
    for (size_t i = 0; i < p->n_hosts; i++) {
        const struct pg_host *h = &p->hosts[i];
        fuzz_must(h->port && h->port[0]);
        fuzz_must(h->socket || h->host || h->hostaddr);
        fuzz_must(!h->socket || h->local);
    }
    /* the last word of a session's options is ours */
    const char *ours = strstr(p->options, "default_transaction_read_only=on");
    fuzz_must(ours != NULL);
    while (strstr(ours + 1, "default_transaction_read_only="))
        ours = strstr(ours + 1, "default_transaction_read_only=");
    fuzz_must(str_starts(ours, "default_transaction_read_only=on -c statement_timeout="));
    fuzz_must(p->connect_timeout_ms > 0 && p->statement_timeout_ms > 0);
}

static void plan(const struct pg_options *o, const char *given)
{
    struct err e = {0};
    struct pg_plan *p = plan_new(o, &e);
    if (p) {
        check_plan(p);
        fuzz_must(plan_hold(p) == p); /* two have it; given back twice */
        plan_free(p);
    }
    if (!p)
        check_error(&e, given);
    plan_free(p);
}

/* Behind, a password: as it stands in a file that is broken before it. */
static void refuse(const char *given)
{
    static const char *const tails[] = {" password=" SECRET, ":" SECRET "@db.example.no/app",
                                        "?password=" SECRET, " password='" SECRET};
    struct err e = {0};
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        struct str whole = {0};
        str_printf(&whole, "%s%s", given, tails[i]);
        if (!pg_dsn_check(str_text(&whole), &e))
            check_error(&e, given);
        (void)pg_dsn_has_password(str_text(&whole));
        str_done(&whole);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    struct err e = {0};
    char name[64], *dsn = fuzz_line(&in), *host = fuzz_line(&in), *port = fuzz_line(&in);
    bool good = pg_dsn_check(dsn, &e);
    if (!good)
        check_error(&e, dsn);
    fuzz_must(pg_dsn_database(dsn, name, sizeof name) == (name[0] != '\0'));
    fuzz_must(good || !name[0]);
    refuse(dsn);
    plan(&(struct pg_options){.dsn = dsn}, dsn);
    plan(&(struct pg_options){.dsn = dsn,
                              .host = *host ? host : NULL,
                              .port = *port ? port : NULL,
                              .database = "app",
                              .user = "datastream"},
         dsn);
    free(dsn);
    free(host);
    free(port);
    return 0;
}
