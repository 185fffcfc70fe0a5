#include "api/base/clock.h"
#include "api/base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* endless: whoever writes it may never come to an end; a signal ends the waiting. */
static bool read_all(int fd, const char *path, bool endless, size_t max, struct str *out,
                     struct err *e)
{
    char part[16384];

    for (;;) {
        ssize_t n = read(fd, part, sizeof part);
        if (n < 0 && errno == EINTR && !endless)
            continue;
        if (n < 0 && errno == EINTR) {
            err_set(e, ERR_INTERRUPTED, "reading %s", path);
            return err_why(e, "it was interrupted");
        }
        if (n < 0)
            return err_system(e, errno, "cannot read %s", path);
        if (n == 0)
            return true;
        if ((size_t)n > max - out->bytes) {
            err_set(e, ERR_INPUT, "cannot read %s", path);
            return err_why(e, "it is larger than %zu bytes", max);
        }
        str_addn(out, part, (size_t)n);
    }
}

static bool is_private(const struct stat *st, const char *path, struct err *e)
{
    if (st->st_uid == geteuid() && (st->st_mode & 077) == 0)
        return true;
    err_set(e, ERR_SYSTEM, "the file %s is not private", path);
    if (st->st_uid != geteuid())
        err_why(e, "it belongs to another user");
    else
        err_why(e, "others may read or write it (mode %03o)", (unsigned)(st->st_mode & 0777));
    return err_hint(e, "chmod 600 %s", path);
}

static bool fail_open(const char *path, int why, struct err *e)
{
    err_system(e, why, "cannot open %s", path);
    if (why == ENOENT)
        e->kind = ERR_MISSING;
    if (why == ELOOP)
        err_why(e, "it is a link");
    return false;
}

/* Takes over the descriptor. piped: what is no file in a folder will do as well. */
static bool read_open(int fd, const char *path, bool piped, size_t max, bool secret,
                      struct str *out, struct err *e)
{
    struct stat st;
    size_t before = out->bytes;
    bool ok = fstat(fd, &st) == 0 || err_system(e, errno, "cannot read %s", path);
    bool is_file = ok && S_ISREG(st.st_mode);

    if (ok && !is_file && (!piped || S_ISDIR(st.st_mode) || (secret && isatty(fd)))) {
        err_set(e, ERR_INPUT, "cannot read %s", path);
        ok = err_why(e, isatty(fd) ? "it is a terminal, which would show it"
                                   : "it is not a regular file");
    }
    ok = ok && (!secret || !is_file || is_private(&st, path, e));
    ok = ok && read_all(fd, path, !is_file, max + before, out, e);
    close(fd);
    if (!ok && out->text) {
        out->bytes = before;
        out->text[before] = '\0';
    }
    return ok;
}

/* Not blocking while opening: a pipe in place of a file must not hang the program. */
static bool read_file(const char *path, size_t max, bool secret, struct str *out, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (secret ? O_NOFOLLOW : 0));

    return fd < 0 ? fail_open(path, errno, e) : read_open(fd, path, false, max, secret, out, e);
}

bool path_read(const char *path, size_t max, struct str *out, struct err *e)
{
    return read_file(path, max, false, out, e);
}

bool path_read_private(const char *path, size_t max, struct str *out, struct err *e)
{
    return read_file(path, max, true, out, e);
}

/* The descriptor that a path names, as the shell writes it for <(...); -1: none. */
static int descriptor_of(const char *path)
{
    static const char folder[] = "/dev/fd/";
    long long fd = -1;

    if (str_eq(path, "-") || str_eq(path, "/dev/stdin"))
        return STDIN_FILENO;
    if (!str_starts(path, folder) || !str_int64(path + sizeof folder - 1, 0, 1 << 20, &fd))
        return -1;
    return (int)fd;
}

bool path_read_given(const char *path, size_t max, bool secret, struct str *out, struct err *e)
{
    int theirs = descriptor_of(path);

    if (theirs < 0)
        return read_file(path, max, secret, out, e);
    path = str_eq(path, "-") ? "the standard input" : path;
    int fd = fcntl(theirs, F_DUPFD_CLOEXEC, 3);
    return fd < 0 ? fail_open(path, errno, e) : read_open(fd, path, true, max, secret, out, e);
}

static bool write_all(int fd, const char *text, size_t bytes)
{
    while (bytes > 0) {
        ssize_t n = write(fd, text, bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        text += n;
        bytes -= (size_t)n;
    }
    return true;
}

/* A name beside the file that nobody has; O_EXCL makes it ours. */
static int open_beside(struct arena *a, const char *path, const char **beside)
{
    int fd = -1;

    for (int i = 0; i < 100 && fd < 0; i++) {
        *beside =
            arena_printf(a, "%s.%ld.%lld.%d", path, (long)getpid(), (long long)clock_mono_ms(), i);
        fd = open(*beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0 && errno != EEXIST)
            break;
    }
    return fd;
}

/* The rename itself must be on the disk too. Some file systems cannot sync a folder: no harm. */
static void sync_folder(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *folder = !slash          ? "."
                         : slash == path ? "/"
                                         : arena_strn(a, path, (size_t)(slash - path));
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return;
    (void)fsync(fd);
    close(fd);
}

static bool fill(int fd, const char *text, size_t bytes, mode_t mode)
{
    bool ok = write_all(fd, text, bytes) && fchmod(fd, mode) == 0 && fsync(fd) == 0;
    int why = errno;

    if (close(fd) != 0 && ok)
        return false;
    errno = why;
    return ok;
}

/* Where a link leads, for what is not private: the file there is the one that is meant. */
static const char *behind_links(struct arena *a, const char *path)
{
    char *real = realpath(path, NULL);
    const char *found = real ? arena_str(a, real) : path;

    free(real); /* the library's */
    return found;
}

/* As the file was; a new one as the person makes files. */
static mode_t mode_for(int fd, const char *path)
{
    struct stat st;
    mode_t mask;

    if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
        bool same_group = fchown(fd, (uid_t)-1, st.st_gid) == 0;
        return st.st_mode & (same_group ? 0777 : 0707);
    }
    mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

bool path_write(const char *path, const char *text, size_t bytes, bool is_private, struct err *e)
{
    struct arena a;
    const char *beside = NULL;
    bool ok = false;

    arena_init(&a);
    if (!is_private)
        path = behind_links(&a, path);
    int fd = open_beside(&a, path, &beside);
    if (fd >= 0) {
        ok = fill(fd, text, bytes, is_private ? 0600 : mode_for(fd, path)) &&
             rename(beside, path) == 0;
        if (!ok) {
            int why = errno;
            unlink(beside);
            errno = why;
        }
    }
    if (ok)
        sync_folder(&a, path);
    else
        err_system(e, errno, "cannot write %s", path);
    arena_done(&a);
    return ok;
}
