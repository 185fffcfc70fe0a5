#include "screens/cli/out.h"
#include "screens/cli/line.h"
#include "screens/cli/session.h"

#include "api/base/clock.h"
#include "api/base/json.h"
#include "api/base/safe.h"
#include "api/base/tr.h"
#include "tui/clip.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int broken; /* errno of the first write to stdout that failed */

static void note(bool well)
{
    if (!well && broken == 0)
        broken = errno;
}

void out_result(const struct str *text)
{
    bool well = fwrite(str_text(text), 1, text->bytes, stdout) == text->bytes;

    note(fflush(stdout) == 0 && well);
}

/* What has passed safe_printf already, or is ours: only its line breaks are obeyed. */
static void say(FILE *to, const char *text)
{
    struct arena a = {0};

    size_t need = safe_lines(NULL, 0, text) + 1;
    char *harmless = arena_alloc(&a, need);
    safe_lines(harmless, need, text);
    bool well = fprintf(to, "%s\n", harmless) >= 0;
    well = fflush(to) == 0 && well;
    note(well || to != stdout);
    arena_done(&a);
}

static void format_and_say(FILE *to, const char *fmt, va_list args)
    __attribute__((format(printf, 2, 0)));

static void format_and_say(FILE *to, const char *fmt, va_list args)
{
    struct str text = {0};

    safe_vprintf(&text, fmt, args);
    say(to, str_text(&text));
    str_done(&text);
}

void out_lines(const char *text)
{
    say(stdout, text);
}

void out_talk_lines(const char *text)
{
    say(stderr, text);
}

void out_line(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    format_and_say(stdout, fmt, args);
    va_end(args);
}

void out_talk(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    format_and_say(stderr, fmt, args);
    va_end(args);
}

/* What a server calls invalid or cancelled was not the command line, and no signal of ours. */
int out_code(const struct err *e)
{
    bool answered = e->code >= 400;

    if (e->kind == ERR_INTERRUPTED && !answered)
        return session_interrupted();
    if (str_eq(e->reason, "UNACKNOWLEDGED") || str_eq(e->reason, "MOVED"))
        return OUT_REFUSED;
    return e->kind == ERR_INPUT && !answered && !str_eq(e->reason, "NO_PASSWORD") ? OUT_WRONG
                                                                                  : OUT_COULD_NOT;
}

/* One spelling, whoever said it: NEWER_VERSION, INPUT. */
static const char *code_word(const struct err *e, char out[sizeof e->reason])
{
    const char *word = e->reason[0] ? e->reason : err_kind_name(e->kind);
    size_t n = 0;

    if (e->reason[0])
        return word;
    for (; word[n] && n + 1 < sizeof e->reason; n++)
        out[n] = word[n] >= 'a' && word[n] <= 'z' ? (char)(word[n] - 'a' + 'A') : word[n];
    out[n] = '\0';
    return out;
}

int out_error(const struct options *o, const struct err *e)
{
    struct str text = {0};
    char word[sizeof e->reason];
    struct json_out j;

    if (o->json) {
        json_begin(&j, &text, false);
        json_open_object(&j, NULL);
        json_put_int(&j, "version", 1);
        json_open_object(&j, "error");
        json_put_string(&j, "code", code_word(e, word));
        json_put_string(&j, "message", e->why[0] ? e->why : e->what);
        json_put_string(&j, "resource", e->resource[0] ? e->resource : NULL);
        json_put_string(&j, "hint", e->hint[0] ? e->hint : NULL);
        json_put_bool(&j, "retryable", e->retryable);
        json_close_object(&j);
        json_close_object(&j);
        str_addc(&text, '\n');
        out_result(&text);
    }
    str_done(&text);
    out_talk("strom: %s: %s", e->what, e->why);
    if (e->hint[0])
        out_talk("       %s", e->hint);
    return out_code(e);
}

void out_wrong_file(struct err *e, const char *path, const char *hint)
{
    if (!err_is_machine(e) && (e->kind == ERR_SYSTEM || e->kind == ERR_MISSING))
        e->kind = ERR_INPUT;
    if (e->resource[0] == '\0')
        err_resource(e, path);
    if (strstr(e->what, path) == NULL && strstr(e->why, path) == NULL) {
        char why[sizeof e->why];
        str_copy(why, sizeof why, e->why);
        err_why(e, "%s: %s", path, why);
    }
    if (e->hint[0] == '\0')
        err_hint(e, "%s", hint);
}

void out_last(const struct options *o, const char *result, const char *stream, int64_t begun_ms,
              const struct err *e)
{
    struct str text = {0};
    struct json_out j;

    if (e && (!o->json || e->kind != ERR_INTERRUPTED))
        out_error(o, e);
    if (o->json) {
        json_begin(&j, &text, false);
        json_open_object(&j, NULL);
        json_put_int(&j, "version", 1);
        json_put_string(&j, "result", result);
        json_put_string(&j, "stream", stream);
        json_put_double(&j, "elapsed", (double)(clock_mono_ms() - begun_ms) / 1000);
        json_close_object(&j);
        str_addc(&text, '\n');
        out_result(&text);
        str_done(&text);
    } else if (e == NULL) {
        out_line("%s: %s", result, stream);
    }
}

bool out_declined(struct err *e)
{
    if (session_caught()) {
        err_set(e, ERR_INTERRUPTED, "Asking for consent");
        return err_why(e, "it was interrupted: nothing more was done");
    }
    err_set(e, ERR_DENIED, "Asking for consent");
    err_reason(e, "DECLINED");
    return err_why(e, "it was not given: nothing was done");
}

bool out_can_ask(const struct options *o)
{
    return !o->no_input && isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

bool out_ask(struct net *net, const char *question, char *answer, size_t cap, bool secret)
{
    struct line line = {.text = answer, .cap = cap, .secret = secret, .net = net};
    struct str text = {0};

    safe_printf(&text, "%s ", question);
    fputs(str_text(&text), stderr);
    fflush(stderr);
    str_done(&text);
    return line_read(&line) == LINE_READ;
}

void out_notify(const struct options *o, const char *text)
{
    struct str bytes = {0}, line = {0};

    if (o->no_notify || !isatty(STDERR_FILENO) || term_is_dumb())
        return;
    str_printf(&line, "strom: %s", text);
    clip_notification(str_text(&line), &bytes);
    fwrite(str_text(&bytes), 1, bytes.bytes, stderr);
    fflush(stderr);
    str_done(&line);
    str_done(&bytes);
}

bool out_arrived(void)
{
    errno = broken;
    return broken == 0 || broken == EPIPE || broken == EBADF;
}
