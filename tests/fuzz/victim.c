/* strom itself, which dies where STROM_DIE says: "intent 3" when the third intent stands in the
 * journal and nothing of it was sent, "result 3" when the third result is known and is not written
 * yet. SIGUSR1 brings seconds by which its wall clock jumps, SIGUSR2 those that it has slept. The
 * seams are the linker's: the product does not know. */

#include "api/base/str.h"
#include "api/store/journal.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int __real_clock_gettime(clockid_t which, struct timespec *out);
int __wrap_clock_gettime(clockid_t which, struct timespec *out);
bool __real_journal_intent(struct store *s, struct journal_entry *entry, struct err *e);
bool __wrap_journal_intent(struct store *s, struct journal_entry *entry, struct err *e);
bool __real_journal_result(struct store *s, int64_t entry, enum journal_state state,
                           const char *result, struct err *e);
bool __wrap_journal_result(struct store *s, int64_t entry, enum journal_state state,
                           const char *result, struct err *e);

static atomic_int wall_s, slept_s;

static void jump(int number, siginfo_t *info, void *context)
{
    (void)context;
    if (number == SIGUSR1)
        wall_s += info->si_value.sival_int;
    else
        slept_s += info->si_value.sival_int;
}

__attribute__((constructor)) static void listen_to_time(void)
{
    struct sigaction on = {.sa_sigaction = jump, .sa_flags = SA_SIGINFO | SA_RESTART};

    sigaction(SIGUSR1, &on, NULL);
    sigaction(SIGUSR2, &on, NULL);
}

int __wrap_clock_gettime(clockid_t which, struct timespec *out)
{
    int code = __real_clock_gettime(which, out);

    out->tv_sec += slept_s + (which == CLOCK_REALTIME ? wall_s : 0);
    return code;
}

static void die_at(const char *point, unsigned nth)
{
    const char *where = getenv("STROM_DIE");
    char here[32];

    snprintf(here, sizeof here, "%s %u", point, nth);
    if (where && str_eq(where, here))
        raise(SIGKILL);
}

bool __wrap_journal_intent(struct store *s, struct journal_entry *entry, struct err *e)
{
    static unsigned n;
    bool ok = __real_journal_intent(s, entry, e);

    if (ok)
        die_at("intent", ++n);
    return ok;
}

bool __wrap_journal_result(struct store *s, int64_t entry, enum journal_state state,
                           const char *result, struct err *e)
{
    static unsigned n;

    die_at("result", ++n);
    return __real_journal_result(s, entry, state, result, e);
}
