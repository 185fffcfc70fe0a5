#ifndef STROM_NET_PROCESS_H
#define STROM_NET_PROCESS_H

/* Starting and ending a program: what child.c needs of the system. Nothing here blocks. The
 * descriptors are the process's own, closed by process_leave; strings are borrowed until it has
 * started. */

#include "api/base/err.h"

#include <stdbool.h>
#include <sys/types.h>

struct net;

struct process {
    pid_t pid; /* -1: none, or reaped already */
    int in;    /* its stdin, stdout, stderr seen from our side; -1: closed */
    int out, err;
    int started; /* ends when it runs; brings errno when it could not */
    int end;     /* readable when it has ended; -1 where the system has no such thing */
};

struct process_start {
    const char *program; /* a path */
    const char *const *argv;
    const char *const *env;
    const char *folder; /* NULL: ours */
    bool has_input;     /* else stdin is empty */
};

void process_none(struct process *p);
bool process_start(struct process *p, const struct process_start *s, struct err *e);
void process_close(int *fd);
/* *status: exit status, or 128 + signal; -1: somebody else has taken it, it is not known. */
bool process_ended(struct process *p, int *status);
bool process_failed_to_start(struct process *p, int *errnum);
/* Closes everything; when it still runs, asks its group to end, and sees to it that it does. */
void process_leave(struct process *p, struct net *net);

#endif
