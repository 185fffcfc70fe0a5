#ifndef STROM_CLI_LINE_H
#define STROM_CLI_LINE_H

/* A line that a person types: byte by byte into the caller's own memory, for a buffer of the
 * library would keep a secret. */

#include <stdbool.h>
#include <stddef.h>

struct net;

enum line_end {
    LINE_READ,
    LINE_LONG,  /* it did not fit: all of it has been read, nothing is kept */
    LINE_OVER,  /* the end of the input */
    LINE_SIGNAL /* session_caught tells which */
};

struct line {
    char *text; /* the caller wipes it */
    size_t cap;
    bool secret;     /* the terminal does not show what is typed */
    struct net *net; /* goes on meanwhile; NULL: none */
    bool news;       /* set when something happened there */
};

enum line_end line_read(struct line *l);

#endif
