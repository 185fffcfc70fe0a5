#ifndef BENCH_DELAY_H
#define BENCH_DELAY_H

/* A long way on loopback: a port of our own that passes on to another one, each byte so many
 * milliseconds after it came, both ways. As wide as can be: only the delay counts. */

struct delay;

struct delay *delay_start(int to_port, int ms); /* one way; aborts when it cannot */
int delay_port(const struct delay *d);
void delay_stop(struct delay *d); /* when nobody is connected any more */

#endif
