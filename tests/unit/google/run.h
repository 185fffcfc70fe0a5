#ifndef TESTS_UNIT_GOOGLE_RUN_H
#define TESTS_UNIT_GOOGLE_RUN_H

/* A command of the test's own making; what it prints goes on to stderr. Its exit status. */

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

static inline int run_command(const char *command, char *out, size_t cap)
{
    char line[1024];
    size_t n = 0;
    FILE *f = popen(command, "r");
    if (!f)
        return -1;
    while (fgets(line, sizeof line, f)) {
        size_t bytes = strlen(line);
        fputs(line, stderr);
        if (n + bytes < cap) {
            memcpy(out + n, line, bytes);
            n += bytes;
        }
    }
    if (cap)
        out[n] = '\0';
    int status = pclose(f);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#endif
