#undef _FORTIFY_SOURCE /* what is defined here must not be inline in the headers */
/* strom itself, whose n-th open, write, fsync, rename, ftruncate, mkdir or arena block fails: see
 * faults_victim.h. What a program defines, its libraries call, too: SQLite, curl, OpenSSL and libpq
 * meet the same faults. Children and the guard do not. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* RTLD_NEXT */
#endif
#include "tests/fuzz/faults_victim.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static struct faults_told nobody, *told = &nobody;
static enum faults_call call_wanted = FAULTS_CALLS;
static uint32_t nth;
static int error;
static bool goes_on;
static pid_t ours;

/* The next one of that name behind ours: the sanitizer's, or the C library's. */
static void *next(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

#define NEXT(type, name)                                                                           \
    static type real;                                                                              \
    if (!real) {                                                                                   \
        void *found = next(name);                                                                  \
        memcpy(&real, &found, sizeof real);                                                        \
    }

/* --- is it time --- */

static bool strikes(enum faults_call call, const char *what)
{
    if (getpid() != ours)
        return false;
    uint32_t n = atomic_fetch_add((_Atomic uint32_t *)&told->calls[call], 1) + 1;
    if (call != call_wanted || (goes_on ? n < nth : n != nth))
        return false;
    if (atomic_fetch_add((_Atomic uint32_t *)&told->struck, 1) == 0) {
        size_t most = sizeof told->what - 1, bytes = strlen(what);
        memcpy(told->what, what, bytes < most ? bytes : most);
    }
    errno = error;
    return true;
}

/* What descriptors are called, as far as they were opened here. */
enum { NAMED = 256 };
static char names[NAMED][128];

static int named(int fd, const char *path)
{
    if (fd >= 0 && fd < NAMED)
        snprintf(names[fd], sizeof names[fd], "%s", path);
    return fd;
}

/* Of a file of a file system alone; "" otherwise. */
static const char *name_of(int fd)
{
    struct stat st;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return "";
    return fd >= 0 && fd < NAMED && *names[fd] ? names[fd] : "a file";
}

/* --- at the start --- */

static void *map_told(const char *path)
{
    typedef int open_call(const char *, int, ...);
    NEXT(open_call *, "open")
    int fd = real(path, O_RDWR | O_CLOEXEC);
    void *at =
        fd >= 0 ? mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;

    if (fd >= 0)
        close(fd);
    return at;
}

static void fill_stdout(void)
{
    int fd = open("/dev/full", O_WRONLY);

    if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0)
        abort();
    close(fd);
    told->calls[FAULTS_STDOUT] = told->struck = 1;
}

__attribute__((constructor)) static void listen_to_faults(void)
{
    const char *words = getenv("STROM_FAULT"), *path = getenv("STROM_FAULT_TOLD");
    char call[16] = "", mode[8] = "";
    void *at = path ? map_told(path) : MAP_FAILED;

    if (at == MAP_FAILED)
        return;
    told = at;
    ours = getpid();
    if (!words || sscanf(words, "%15s %u %d %7s", call, &nth, &error, mode) != 4)
        return;
    goes_on = strcmp(mode, "on") == 0;
    for (int i = 0; i < FAULTS_CALLS; i++)
        if (strcmp(call, faults_call_name((enum faults_call)i)) == 0)
            call_wanted = (enum faults_call)i;
    if (call_wanted == FAULTS_STDOUT)
        fill_stdout();
}

/* --- opening --- */

#define OPENS(name)                                                                                \
    int name(const char *path, int flags, ...);                                                    \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        typedef int call(const char *, int, ...);                                                  \
        va_list args;                                                                              \
        va_start(args, flags);                                                                     \
        mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;                                  \
        va_end(args);                                                                              \
        NEXT(call *, #name)                                                                        \
        return strikes(FAULTS_OPEN, path) ? -1 : named(real(path, flags, mode), path);             \
    }

#define OPENS_AT(name)                                                                             \
    int name(int at, const char *path, int flags, ...);                                            \
    int name(int at, const char *path, int flags, ...)                                             \
    {                                                                                              \
        typedef int call(int, const char *, int, ...);                                             \
        va_list args;                                                                              \
        va_start(args, flags);                                                                     \
        mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;                                  \
        va_end(args);                                                                              \
        NEXT(call *, #name)                                                                        \
        return strikes(FAULTS_OPEN, path) ? -1 : named(real(at, path, flags, mode), path);         \
    }

#define OPENS_STREAM(name)                                                                         \
    FILE *name(const char *path, const char *mode);                                                \
    FILE *name(const char *path, const char *mode)                                                 \
    {                                                                                              \
        typedef FILE *call(const char *, const char *);                                            \
        NEXT(call *, #name)                                                                        \
        return strikes(FAULTS_OPEN, path) ? NULL : real(path, mode);                               \
    }

OPENS(open)
OPENS(open64)
OPENS_AT(openat)
OPENS_AT(openat64)
OPENS_STREAM(fopen)
OPENS_STREAM(fopen64)

/* --- writing --- */

/* 0: all of it; else -1, or with error 0 so many bytes that half of it is there. */
static ssize_t part(int fd, size_t bytes)
{
    const char *name = name_of(fd);

    if (!*name || !strikes(FAULTS_WRITE, name))
        return 0;
    if (error == 0 && told->struck == 1 && bytes > 1)
        return (ssize_t)(bytes / 2);
    errno = error ? error : ENOSPC;
    return -1;
}

ssize_t write(int fd, const void *bytes, size_t n)
{
    typedef ssize_t call(int, const void *, size_t);
    ssize_t some = part(fd, n);

    NEXT(call *, "write")
    return some < 0 ? -1 : real(fd, bytes, some > 0 ? (size_t)some : n);
}

#define WRITES_AT(name, offset)                                                                    \
    ssize_t name(int fd, const void *bytes, size_t n, offset at);                                  \
    ssize_t name(int fd, const void *bytes, size_t n, offset at)                                   \
    {                                                                                              \
        typedef ssize_t call(int, const void *, size_t, offset);                                   \
        ssize_t some = part(fd, n);                                                                \
        NEXT(call *, #name)                                                                        \
        return some < 0 ? -1 : real(fd, bytes, some > 0 ? (size_t)some : n, at);                   \
    }

WRITES_AT(pwrite, off_t)
WRITES_AT(pwrite64, off_t)

ssize_t writev(int fd, const struct iovec *parts, int n)
{
    typedef ssize_t call(int, const struct iovec *, int);
    ssize_t some = n > 0 ? part(fd, 1) : 0;

    NEXT(call *, "writev")
    return some < 0 ? -1 : real(fd, parts, n);
}

/* --- what makes it last --- */

#define OF_DESCRIPTOR(name, kind)                                                                  \
    int name(int fd);                                                                              \
    int name(int fd)                                                                               \
    {                                                                                              \
        typedef int call(int);                                                                     \
        NEXT(call *, #name)                                                                        \
        return strikes(kind, name_of(fd)) ? -1 : real(fd);                                         \
    }

OF_DESCRIPTOR(fsync, FAULTS_SYNC)
#ifdef __linux__
OF_DESCRIPTOR(fdatasync, FAULTS_SYNC)
#endif

#define TRUNCATES(name)                                                                            \
    int name(int fd, off_t bytes);                                                                 \
    int name(int fd, off_t bytes)                                                                  \
    {                                                                                              \
        typedef int call(int, off_t);                                                              \
        NEXT(call *, #name)                                                                        \
        return strikes(FAULTS_TRUNCATE, name_of(fd)) ? -1 : real(fd, bytes);                       \
    }

TRUNCATES(ftruncate)
TRUNCATES(ftruncate64)

int rename(const char *from, const char *to)
{
    typedef int call(const char *, const char *);
    NEXT(call *, "rename")
    return strikes(FAULTS_RENAME, to) ? -1 : real(from, to);
}

int mkdir(const char *path, mode_t mode)
{
    typedef int call(const char *, mode_t);
    NEXT(call *, "mkdir")
    return strikes(FAULTS_FOLDER, path) ? -1 : real(path, mode);
}

/* --- memory: the seam is the linker's, so the libraries' own is left alone --- */

void *__real_realloc(void *old, size_t bytes);
void *__wrap_realloc(void *old, size_t bytes);

void *__wrap_realloc(void *old, size_t bytes)
{
    return !old && strikes(FAULTS_CHUNK, "memory") ? NULL : __real_realloc(old, bytes);
}
