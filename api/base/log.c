#include "api/base/log.h"

#include "api/base/arena.h"
#include "api/base/clock.h"
#include "api/base/safe.h"
#include "api/base/secret.h"
#include "api/base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>

static struct {
    int level;
    int fd;
    bool ours; /* to be closed */
} sink = {.fd = -1};

bool log_open(int level, const char *file, struct err *e)
{
    log_close();
    sink.level = level;
    sink.fd = STDERR_FILENO;
    if (!file)
        return true;
    int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600);
    if (fd < 0) {
        log_close();
        err_system(e, errno, "cannot write the log %s", file);
        return err_hint(e, "give another file with --log");
    }
    sink.fd = fd;
    sink.ours = true;
    return true;
}

void log_close(void)
{
    if (sink.ours)
        close(sink.fd);
    sink.level = 0;
    sink.fd = -1;
    sink.ours = false;
}

int log_level(void)
{
    return sink.level;
}

static void write_all(const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = write(sink.fd, bytes, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return; /* a full disk must not stop the program for a log */
        bytes += done;
        n -= (size_t)done;
    }
}

void log_line(int level, const char *fmt, ...)
{
    va_list args;
    struct str raw = {0}, line = {0};
    char time[CLOCK_TEXT];

    if (level > sink.level || sink.fd < 0)
        return;
    va_start(args, fmt);
    str_vprintf(&raw, fmt, args);
    va_end(args);
    secret_scrub(raw.text);
    size_t bytes = safe_text(NULL, 0, raw.text) + 1;
    char *safe = mem_alloc(bytes);
    safe_text(safe, bytes, raw.text);
    str_printf(&line, "%s %d %s\n", clock_rfc3339(clock_wall(), time), level, safe);
    write_all(line.text, line.bytes); /* one write: lines of several programs do not mix */
    mem_free(safe);
    secret_wipe(raw.text, raw.room);
    str_done(&raw);
    str_done(&line);
}
