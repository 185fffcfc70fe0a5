#ifndef TESTS_REPLICATION_CHILD_H
#define TESTS_REPLICATION_CHILD_H

/* A process that holds one replica and nothing else, so that it can be killed. SIGUSR1: half of the
 * tables are copied again; SIGUSR2: prints what it sees; SIGTERM: ends in order. */

#include <sys/types.h>

struct child {
    const char *mode, *conninfo, *path;
    pid_t pid;
};

int child_main(char **argv);
int hammer_main(const char *conninfo, const char *which); /* mode "hammer"; ends at SIGTERM */
void child_start(struct child *c, const char *program);
int child_stop(struct child *c, int signal_number); /* returns its status */

#endif
