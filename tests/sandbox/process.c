#include "tests/sandbox/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUTPUT_MAX = 1 << 20, CANNOT_START = 127 };

static void child(const char *const *argv, const char *folder, const char *const *env, int out)
{
    int null = open("/dev/null", O_RDONLY);
    dup2(null, 0);
    dup2(out, 1);
    dup2(out, 2);
    if (folder != NULL && chdir(folder) != 0)
        _exit(CANNOT_START);
    for (; env != NULL && *env != NULL; env += 2)
        setenv(env[0], env[1], 1);
    signal(SIGPIPE, SIG_DFL);
    union { /* execvp takes them as not const, though it changes nothing */
        const char *const *ours;
        char *const *theirs;
    } args = {.ours = argv};
    execvp(argv[0], args.theirs);
    _exit(CANNOT_START);
}

static char *read_all(int fd)
{
    char *text = malloc(OUTPUT_MAX + 1), drop[4096];
    size_t used = 0;
    for (;;) {
        bool full = text == NULL || used == OUTPUT_MAX;
        ssize_t n = full ? read(fd, drop, sizeof(drop)) : read(fd, text + used, OUTPUT_MAX - used);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        used += full ? 0 : (size_t)n;
    }
    if (text != NULL)
        text[used] = '\0';
    return text;
}

int process_run(const char *const *argv, const char *folder, const char *const *env, char **out)
{
    int ends[2], status = 0;
    if (out != NULL)
        *out = NULL;
    if (pipe(ends) != 0)
        return CANNOT_START;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        child(argv, folder, env, ends[1]);
    close(ends[1]);
    char *text = pid > 0 ? read_all(ends[0]) : NULL;
    close(ends[0]);
    if (out != NULL)
        *out = text;
    else
        free(text);
    if (pid < 0)
        return CANNOT_START;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
