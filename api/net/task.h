#ifndef STROM_NET_TASK_H
#define STROM_NET_TASK_H

/* Work in flight is a value: its starter owns it, looks at it and drops it. No callback reaches the
 * owner. A job of several requests is one task with an enum and a function per state; the tasks it
 * waits for are its children, which it drops in `stop`.
 *
 *     struct task *t = sqladmin_get(google, name);
 *     ...
 *     switch (task_state(t)) { case TASK_RUNNING: ... case TASK_OK: use sqladmin_instance(t); ... }
 *     task_drop(t);      // cancels it when it still runs
 */

#include "api/base/arena.h"
#include "api/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum task_state { TASK_RUNNING, TASK_OK, TASK_FAILED };

struct net;
struct task;

struct task_type {
    const char *name; /* for the log: "sqladmin get" */
    size_t size;      /* of the job; given zeroed */
    enum task_state (*step)(
        struct task *t); /* called when something may have happened; must not block */
    void (*stop)(
        void *job); /* at task_drop: releases handles and children; called once; may be NULL */
};

/* --- for owners --- */
enum task_state task_state(const struct task *t);   /* NULL counts as TASK_RUNNING: not asked yet */
const struct err *task_error(const struct task *t); /* of a failed one; never NULL */
int64_t task_elapsed_ms(const struct task *t);
/* What holds a running task up ("HOST gives no answer: ...; trying again"); "" when nothing does.
 * Lives until the next step. net_held_by tells of any. */
const char *task_held_by(const struct task *t);
void task_drop(struct task *t);   /* cancels or frees; NULL is fine */
void task_clear(struct task **t); /* drops and sets NULL */

/* --- for those who write one --- */
struct task *task_new(struct net *net,
                      const struct task_type *type); /* first step: the next net_step */
void *task_job(const struct task *t, const struct task_type *type); /* asserts the type */
struct arena *task_arena(struct task *t);                           /* lives as long as the task */
struct net *task_net(struct task *t);
enum task_state task_fail(struct task *t, const struct err *e); /* returns TASK_FAILED */
enum task_state task_fail_like(struct task *t,
                               const struct task *child); /* with the child's error */

/* What the task waits for, said anew in every step. A task that says nothing is stepped when any
 * other task ended, or told news of something that came from outside. After a gap (net_gaps) every
 * running task is stepped. */
void task_wait_fd(struct task *t, int fd, short events); /* up to eight; -1 is skipped */
void task_wait_until(struct task *t, int64_t mono_ms);
void task_again(struct task *t); /* there is more to do at once: a slice was used up */
void task_news(struct task *t);  /* still running, but worth a look (progress) */
/* Still running, but held up, and by what, in words for the person; NULL: no longer. */
void task_held(struct task *t, const char *why);
/* Inside a step: the slice of this round is used up; call task_again and return. */
bool task_slice_over(const struct task *t);

/* A task that has ended already: an answer that was known, a refusal before anything was sent. */
struct task *task_refused(struct net *net, const struct err *e);
/* Ends with TASK_OK after so many milliseconds. */
struct task *task_timer(struct net *net, int64_t ms);

#endif
