#ifndef TESTS_FAULTS_REPLY_H
#define TESTS_FAULTS_REPLY_H

/* From a request to the bytes that go back, with its fault. Inside tests/faults, under wire.c. */

#include "api/base/str.h"
#include "tests/faults/fault.h"
#include "tests/faults/wire.h"
#include "tests/sandbox/google/google.h"

struct replier {
    struct google *g;
    const char *origin;
    unsigned strays;
    unsigned worn;  /* came with a token that was worth nothing */
    bool operation; /* the last answer of the stand-in was one */
};

struct reply {
    struct str text;
    size_t head_bytes; /* repeats go on behind these */
    unsigned repeats;  /* the body, so many times more */
    bool never, drips, then_reset;
    bool metadata; /* it speaks as a metadata server does */
    int64_t due;   /* clock_mono_ms; nothing goes out before */
};

struct google *stand_google(struct stand *s); /* stand.c */

/* How many bytes of `in` were a whole request, which is answered into *out; 0: not whole yet. */
/* odd.c: an answer of `discover`. */
void odd_answer(enum fault_kind kind, struct str *out);
size_t reply_make(struct replier *r, const struct str *in, struct reply *out);
void reply_done(struct reply *out);

#endif
