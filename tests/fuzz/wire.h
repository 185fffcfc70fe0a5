#ifndef TESTS_FUZZ_WIRE_H
#define TESTS_FUZZ_WIRE_H

/* The other end of every wire, for targets that run whole tasks: http_send and child_run are the
 * linker's (-Wl,--wrap), and what they answer is taken from the input, one answer after the other:
 *
 *     c w body \n--\n
 *
 * c picks the status ('a' 200, 'b' empty 200, 'c'... see wire.c), w is the wish to wait in seconds
 * ('0' to '9', else none). When nothing is left, nothing answers any more. Time is the wire's too:
 * what waits, waits no longer than a step. */

#include "tests/fuzz/fuzz.h"

#include <stdbool.h>

struct net;
struct task;

struct net *wire_open(const uint8_t *data, size_t size); /* the same net each time */
/* For other seams: the next answer as a task, and what it holds; fails where there is none. */
struct task *wire_answer(struct net *net);
const char *wire_body(const struct task *t, size_t *bytes);
/* Steps until the task has ended, and holds its promises against it: it ends, and says why. */
void wire_run(struct task *t);
bool wire_text_is_free_of(const char *text, const char *secret); /* NULL text is */

#define WIRE_SECRET "hemmelig0Kanarifugl1Synge2Lenge"

#endif
