#ifndef STROM_NET_NET_H
#define STROM_NET_NET_H

/* The one place that sleeps. Everything that waits for the world is a task in a net: HTTP
 * transfers, PostgreSQL sockets, child processes, timers. Tasks are their starters' (task.h); what
 * is left of them goes with the net.
 *
 *     while (!done) {
 *         if (dirty) paint();
 *         net_wait(net, terminal, 1, next_tick);
 *         if (net_step(net)) tell(EV_NEWS);
 *         ...read keys...
 *     }
 */

#include "api/base/err.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct net;
struct task;

struct net *net_open(struct err *e); /* NULL with *e filled */
void net_close(struct net *net);     /* drops every task that is left */

/* Sleeps until a task could go on, one of `more` is ready (its revents are filled; an fd of -1 is
 * skipped), a signal came, or clock_mono_ms() reaches until_ms (-1: no limit, 0: do not sleep). */
void net_wait(struct net *net, struct pollfd *more, size_t n, int64_t until_ms);

/* Lets every task that can go on take a step, within a slice of a few milliseconds. True when a
 * task changed in a way that somebody may want to look at (finished, or called task_news). */
bool net_step(struct net *net);

/* Wakes a net_wait from a signal handler; async-signal-safe. */
void net_wake(struct net *net);

/* For commands without a screen: waits until the task has ended, or net_interrupt was called. False
 * when interrupted. */
bool net_until(struct net *net, const struct task *t);
void net_interrupt(
    struct net *net); /* async-signal-safe; ends the net_until that runs, or the next one */

/* Gaps of more than ten seconds: a laptop that slept, a network that changed, a program that was
 * stopped (Ctrl-Z) inside net_wait or between two calls of this net. Counts up each time.
 * HTTP transfers that were under way have failed (retryable) and the pool of connections is empty;
 * every running task gets a step and drops what it holds itself. */
unsigned net_gaps(const struct net *net);

size_t net_running(const struct net *net); /* tasks that have not ended */

/* What holds one of them up, the one that began first; "" when nothing does. Until the next
 * net_step. */
const char *net_held_by(const struct net *net);

#endif
