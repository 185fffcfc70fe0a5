#include "tests/sandbox/program/down.h"
#include "tests/sandbox/program/call.h"

#include "api/base/clock.h"
#include "api/base/tr.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 20000, LOOK_MS = 10 };

static bool ends_within(const char *folder, int ms)
{
    int64_t until = clock_mono_ms() + ms;
    while (!place_is_gone(folder)) {
        if (clock_mono_ms() > until)
            return false;
        poll(NULL, 0, LOOK_MS);
    }
    return true;
}

/* One that is just starting, or that hangs, knows no requests; the claim tells its process. */
static bool ends_by_signal(const char *folder)
{
    static const int signals[] = {SIGTERM, SIGKILL};
    for (size_t i = 0; i < 2; i++) {
        pid_t holder = folder_holder(folder);
        if (holder > 0)
            kill(holder, signals[i]);
        if (ends_within(folder, PATIENCE_MS))
            return true;
    }
    return false;
}

int down_run(const char *folder, const struct place *p)
{
    char why[FOLDER_WHY] = "";
    if (p == NULL && folder_holder(folder) == 0) {
        bool left = !place_is_gone(folder);
        place_clean();
        fprintf(stderr, "strom-sandbox: %s\n",
                left ? tr("none was running; what was left is removed") : tr("none was running"));
        return 0;
    }
    struct json *doc = p != NULL ? call_keeper(p, "down", "{}", why) : NULL;
    bool ok = (doc != NULL && ends_within(folder, PATIENCE_MS)) || ends_by_signal(folder);
    json_free(doc);
    place_clean();
    if (!ok)
        fprintf(stderr, "strom-sandbox: %s did not go away\n", folder);
    return ok ? 0 : 1;
}
