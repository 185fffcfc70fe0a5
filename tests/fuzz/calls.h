#ifndef TESTS_FUZZ_CALLS_H
#define TESTS_FUZZ_CALLS_H

/* Every call of api/google, by number, with names that are as good as any. */

struct google;
struct task;

/* '0' to '~': corpora can be read. The last three are made of other calls: not by rest_send. */
enum { CALLS = 79, CALLS_SENT = 76, CALLS_FIRST = '0' };

struct task *call_ask(struct google *g, unsigned which);

#endif
