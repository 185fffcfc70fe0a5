#ifndef STROM_STORE_HOLDER_H
#define STROM_STORE_HOLDER_H

/* Which process: a number alone says little, since numbers are used again. */

#include <stdbool.h>
#include <stdint.h>

struct holder {
    char host[256];
    char boot[128]; /* this start of this machine (and container); "" when it cannot be known */
    int64_t pid;
    int64_t pid_start; /* in the system's own unit; 0 when it cannot be known */
};

void holder_self(struct holder *h);
bool holder_same(const struct holder *a, const struct holder *b);
bool holder_here(const struct holder *h); /* a process of this machine, since its last start */
/* False only when it is surely gone: its machine was started anew, or its number is free or
 * somebody else's. What runs on another machine, or in another container of this one, is
 * believed. */
bool holder_alive(const struct holder *h);

#endif
