#include "api/base/err.h"

#include "api/base/safe.h"
#include "api/base/secret.h"
#include "api/base/str.h"
#include "api/base/tr.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST = 4096 };

/* One line, no secret, nothing that a terminal would obey. */
static void tidy(char *out, size_t cap, const char *fmt, va_list args)
    __attribute__((format(printf, 3, 0)));

/* What was cut says so. */
static void mark_cut(char *out, size_t cap)
{
    static const char mark[] = "...";
    size_t n = strlen(out), room = cap - sizeof mark;

    if (n > room)
        n = room;
    while (n > 0 && ((unsigned char)out[n] & 0xC0) == 0x80)
        n--;
    memcpy(out + n, mark, sizeof mark);
}

static void tidy(char *out, size_t cap, const char *fmt, va_list args)
{
    char raw[LONGEST];

    /* What has been through tr() already comes back as it is.
     * NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): the caller has begun it */
    int needed = vsnprintf(raw, sizeof raw, tr(fmt), args);
    if (needed < 0)
        raw[0] = '\0';
    secret_scrub(raw);
    size_t n = strlen(raw);
    while (n > 0 && (raw[n - 1] == '\n' || raw[n - 1] == '\r' || raw[n - 1] == ' '))
        raw[--n] = '\0';
    for (char *p = raw; *p; p++)
        if (*p == '\n' || *p == '\r' || *p == '\t')
            *p = ' ';
    if (safe_text(out, cap, raw) >= cap || needed >= (int)sizeof raw)
        mark_cut(out, cap);
    secret_wipe(raw, sizeof raw);
}

bool err_set(struct err *e, enum err_kind kind, const char *what, ...)
{
    va_list args;
    struct err fresh = {.kind = kind};

    va_start(args, what);
    tidy(fresh.what, sizeof fresh.what, what, args);
    va_end(args);
    *e = fresh;
    return false;
}

bool err_why(struct err *e, const char *why, ...)
{
    va_list args;

    va_start(args, why);
    tidy(e->why, sizeof e->why, why, args);
    va_end(args);
    return false;
}

bool err_hint(struct err *e, const char *hint, ...)
{
    va_list args;

    va_start(args, hint);
    tidy(e->hint, sizeof e->hint, hint, args);
    va_end(args);
    return false;
}

bool err_system(struct err *e, int errnum, const char *what, ...)
{
    va_list args;
    char why[128] = "";
    struct err fresh = {.kind = ERR_SYSTEM, .code = errnum};

    va_start(args, what);
    tidy(fresh.what, sizeof fresh.what, what, args);
    va_end(args);
    *e = fresh;
    if (strerror_r(errnum, why, sizeof why) != 0)
        snprintf(why, sizeof why, "errno %d", errnum);
    return err_why(e, "%s", why);
}

bool err_is_machine(const struct err *e)
{
    static const int codes[] = {EIO, ENOSPC, ENOMEM, EMFILE, ENFILE};

    for (size_t i = 0; e->kind == ERR_SYSTEM && i < sizeof codes / sizeof *codes; i++)
        if (e->code == codes[i])
            return true;
    return false;
}

void err_resource(struct err *e, const char *resource)
{
    safe_text(e->resource, sizeof e->resource, resource ? resource : "");
}

void err_reason(struct err *e, const char *reason)
{
    safe_text(e->reason, sizeof e->reason, reason ? reason : "");
}

const char *err_kind_name(enum err_kind kind)
{
    static const char *const names[] = {
        [ERR_NONE] = "none",         [ERR_NETWORK] = "network",
        [ERR_DENIED] = "denied",     [ERR_MISSING] = "missing",
        [ERR_CONFLICT] = "conflict", [ERR_QUOTA] = "quota",
        [ERR_INPUT] = "input",       [ERR_SQL] = "sql",
        [ERR_SYSTEM] = "system",     [ERR_INTERRUPTED] = "interrupted",
        [ERR_BUG] = "bug",
    };

    return (size_t)kind < sizeof names / sizeof *names ? names[kind] : "bug";
}
