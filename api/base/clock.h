#ifndef STROM_BASE_CLOCK_H
#define STROM_BASE_CLOCK_H

/* Time is a function, so that tests can hold it still. */

#include <stddef.h>
#include <stdint.h>

int64_t clock_mono_ms(void); /* milliseconds on a clock that never jumps; for waiting */
/* While we were stopped or asleep nothing could be waited for: so much of the time gone by does not
 * count on that clock. By whoever has overslept, before anybody looks at it. */
void clock_overslept(int64_t ms);
int64_t clock_wall(void); /* seconds since 1970, UTC; for people and files */
int64_t clock_wall_ms(void);
void clock_freeze(int64_t wall_seconds); /* for tests: wall time stands still; 0 lets it go */
/* For tests: both clocks run ahead of the machine's by so much more; never back. What waits, waits
 * on these clocks alone, so that an hour can be a call. */
void clock_advance(int64_t ms);

enum { CLOCK_TEXT = 32 };
/* "2026-11-22T09:15:00Z"; writes into out (at least CLOCK_TEXT bytes) and returns it. */
const char *clock_rfc3339(int64_t wall_seconds, char *out);
const char *clock_day(int64_t wall_seconds, char *out); /* "2026-11-22", likewise */
/* Reads RFC 3339 with Z or an offset, fractions dropped. Returns -1 when it is none. */
int64_t clock_parse(const char *text);
/* For people: "09:15 UTC" of the next or the last twelve hours, else "2026-11-22 09:15 UTC". */
const char *clock_moment(int64_t wall_seconds, char *out);
/* "3 s", "2 min 05 s", "15 min", "1 h 10 min", "4 d": for people. */
const char *clock_span(int64_t seconds, char *out);
/* The same of an estimate, no finer than it can be: rounded up to 5 s, 30 s, or a minute. */
const char *clock_about(int64_t seconds, char *out);

#endif
