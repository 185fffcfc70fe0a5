#ifndef STROM_SCREENS_HOME_H
#define STROM_SCREENS_HOME_H

/* What Home knows, and a row of its list. For home*.c alone. */

#include "api/google/datastream.h"
#include "api/plan/record_left.h"
#include "api/store/journeys.h"
#include "screens/journey.h"
#include "screens/step.h"
#include "tui/dialog.h"
#include "tui/list.h"

enum way {
    WAY_GO_ON,
    WAY_BEGUN,
    WAY_LEFT, /* what a command has begun and not finished */
    WAY_NEW,
    WAY_OPEN,
    WAY_REVIEW, /* where there is a plan file */
    WAY_PRACTISE,
    WAY_DELETE,
    WAYS
};
enum { BEGUN = 4 }; /* others that were begun: the newest */
enum { LEFT = 3 };  /* runs of commands: the newest */

struct home {
    enum way ways[WAYS + BEGUN + LEFT];
    size_t n_ways, first_begun, first_left;
    struct list list; /* ways first, then streams */
    struct task *streams;
    bool asked;   /* project and region were known */
    bool finding; /* the person came for the streams: the cursor goes there */
    struct arena mem;
    struct journeys_row begun[BEGUN];
    size_t n_begun;
    struct record_left left[LEFT];
    size_t n_left, asking; /* which one is asked about */
    struct dialog dialog;
    struct task *source; /* of the stream that is being opened */
    size_t opening;      /* which one */
};

size_t home_n_streams(const struct home *self); /* 0 until they are known */
const struct datastream_stream *home_stream(const struct home *self, size_t i);

/* Runs of commands that did not end: listed, and what is to become of one (home_left.c). */
void home_left_list(struct home *self, struct journey *j);
void home_left_ask(struct home *self, struct journey *j, size_t i);
enum nav home_left_key(struct home *self, struct journey *j, int key); /* the dialog is open */

struct home_rows {
    const struct home *self;
    const struct journey *j;
};
void home_row(const void *rows, size_t i, struct page *p); /* as list_rows wants it */

#endif
