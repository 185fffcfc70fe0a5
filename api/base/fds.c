/* syscall(2), for what the C library does not wrap everywhere. */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE 1
#endif

#include "api/base/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

enum { FIRST = 3, MOST_FDS = 4096 };

void fds_open_standard(void)
{
    for (int fd = 0; fd < FIRST; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDONLY) != fd)
            _exit(1); /* nothing is safe, and there is nobody to tell */
}

void fds_close_others(int keep)
{
    long most = sysconf(_SC_OPEN_MAX);

    if (keep < FIRST)
        keep = FIRST - 1;
#ifdef SYS_close_range
    if ((keep <= FIRST || syscall(SYS_close_range, (unsigned)FIRST, (unsigned)keep - 1, 0U) == 0) &&
        syscall(SYS_close_range, (unsigned)keep + 1, ~0U, 0U) == 0)
        return;
#endif
    if (most < 0 || most > MOST_FDS)
        most = MOST_FDS;
    for (int fd = FIRST; fd < most; fd++)
        if (fd != keep)
            close(fd);
}
