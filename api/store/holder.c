#include "api/store/holder.h"

#include "api/base/path.h"
#include "api/base/str.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __APPLE__
#include <sys/sysctl.h>
#include <sys/time.h>
#endif

/* start_of: 0 when it cannot be known. over: it has ended, and its parent has not asked for it yet:
 * its number is taken, and nothing runs. */
#ifdef __APPLE__

static void read_boot(char *out, size_t cap)
{
    struct timeval tv = {0};
    size_t n = sizeof tv;

    out[0] = '\0';
    if (sysctlbyname("kern.boottime", &tv, &n, NULL, 0) == 0)
        snprintf(out, cap, "%lld", (long long)tv.tv_sec);
}

static int64_t start_of(int64_t pid, bool *over)
{
    int name[] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, (int)pid};
    struct kinfo_proc info = {0};
    size_t n = sizeof info;

    *over = false;
    if (sysctl(name, 4, &info, &n, NULL, 0) != 0 || n == 0)
        return 0;
    *over = info.kp_proc.p_stat == SZOMB;
    return (int64_t)info.kp_proc.p_starttime.tv_sec * 1000000 + info.kp_proc.p_starttime.tv_usec;
}

#else

/* The boot's id, a blank, and the namespace's: process numbers are counted anew in each. */
static void read_boot(char *out, size_t cap)
{
    struct str text = {0};
    struct err e;
    char space[64] = "";

    if (path_read("/proc/sys/kernel/random/boot_id", 128, &text, &e)) {
        ssize_t n = readlink("/proc/self/ns/pid", space, sizeof space - 1);
        snprintf(out, cap, "%.*s %.*s", (int)strcspn(text.text, "\n"), text.text,
                 n > 0 ? (int)n : 0, space);
    } else {
        out[0] = '\0';
    }
    str_done(&text);
}

/* Fields 3 and 22 of /proc/PID/stat, counted behind the name, which may hold blanks and brackets.
 */
static int64_t start_of(int64_t pid, bool *over)
{
    struct str text = {0};
    struct err e;
    char path[64];
    int64_t start = 0;

    snprintf(path, sizeof path, "/proc/%lld/stat", (long long)pid);
    const char *at = path_read(path, 4096, &text, &e) ? strrchr(text.text, ')') : NULL;
    *over = at && at[1] && strchr("ZXx", at[2]) && at[2];
    for (int field = 2; at && field < 22; field++) {
        at = strchr(at, ' ');
        at = at ? at + 1 : NULL;
    }
    if (at)
        start = strtoll(at, NULL, 10);
    str_done(&text);
    return start;
}

#endif

/* Once a process: what could not be read one moment and can be the next would make a stranger of
 * ourselves, who holds our own lock. */
void holder_self(struct holder *h)
{
    static struct holder self;
    bool over;

    if (self.pid != getpid()) {
        self = (struct holder){.pid = getpid()};
        if (gethostname(self.host, sizeof self.host - 1) != 0)
            self.host[0] = '\0';
        read_boot(self.boot, sizeof self.boot);
        self.pid_start = start_of(self.pid, &over);
    }
    *h = self;
}

bool holder_same(const struct holder *a, const struct holder *b)
{
    return a->pid == b->pid && a->pid_start == b->pid_start && str_eq(a->boot, b->boot) &&
           str_eq(a->host, b->host);
}

/* The boot decides where it is known: a laptop's name may change with the network. */
bool holder_here(const struct holder *h)
{
    struct holder self;

    holder_self(&self);
    if (self.boot[0] && h->boot[0])
        return str_eq(self.boot, h->boot);
    return str_eq(self.host, h->host);
}

static bool runs(const struct holder *h)
{
    bool over;

    if (h->pid <= 0 || (kill((pid_t)h->pid, 0) != 0 && errno == ESRCH))
        return false;
    int64_t start = start_of(h->pid, &over);
    return !over && (start == 0 || h->pid_start == 0 || start == h->pid_start);
}

/* Also where the numbers of the one say nothing in the other: a container, another namespace. */
static bool same_start(const struct holder *a, const struct holder *b)
{
    size_t n = strcspn(a->boot, " ");

    return n > 0 && n == strcspn(b->boot, " ") && strncmp(a->boot, b->boot, n) == 0;
}

bool holder_alive(const struct holder *h)
{
    struct holder self;

    if (holder_here(h))
        return runs(h);
    holder_self(&self);
    if (same_start(&self, h))
        return true; /* of another namespace: its number cannot be looked for from here */
    return !str_eq(self.host, h->host); /* the same machine, started anew: gone */
}
