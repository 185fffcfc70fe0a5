#ifndef STROM_NET_INTERNAL_H
#define STROM_NET_INTERNAL_H

/* Between the files of this folder; nobody else includes it. */

#include "api/net/net.h"
#include "api/net/task.h"

#include <curl/curl.h>
#include <signal.h>

enum { TASK_FDS = 8, SLICE_MS = 2 };

struct http_request;

struct task_fd {
    int fd;
    short events;
};

struct task {
    const struct task_type *type;
    struct net *net;
    struct task *next, *before; /* in net->tasks, oldest first */
    void *job;
    struct arena arena;
    struct err error;
    enum task_state state;
    int64_t started, ended;

    /* what it waits for, said in its last step */
    struct task_fd fds[TASK_FDS];
    size_t n_fds;
    int64_t until; /* -1: no timer */
    bool again;
    bool on_curl; /* for a transfer */
    bool said;    /* any of these */
    char *held;   /* by what it is held up; NULL: by nothing */
    bool told;    /* called task_news in this step */

    bool ready;    /* something came: step it */
    bool in_multi; /* its transfer is under way */
    bool curl_done;
    CURLcode curl_code;
    unsigned seen; /* net->progress when it was last stepped */
    bool stopped;  /* type->stop was called */
    bool hidden;   /* nobody's: freed when it ends, not counted */
};

struct net {
    CURLM *multi;
    struct task *tasks, *newest;
    struct task *cursor; /* where the next step goes on, so that a slice is fair */
    struct curl_waitfd *waits;
    size_t wait_room;
    int64_t slice_end_us;
    unsigned progress; /* counts ends and news */
    unsigned gaps;
    unsigned n_transfers;
    int64_t asleep_ms; /* how far wall time was ahead of waking time */
    int64_t left_us;   /* when the net was left the last time; 0: never yet */
    bool news;
    bool closing;
    const struct task *stepping; /* dropping this one from inside its own step is a bug */
    bool stale; /* the pool holds connections from before a gap, or from before a silence */
    int wake[2];
    volatile sig_atomic_t interrupted;
};

/* tasks.c */
void task_ended(struct task *t, enum task_state state);
bool task_is_ready(const struct task *t, int64_t now);
void task_step(struct task *t);
void task_free_all(struct net *net);
struct task *task_new_hidden(struct net *net, const struct task_type *type);

/* Transfers: the task is stepped once curl_done is set. */
void task_wait_curl(struct task *t);
bool net_curl_add(struct task *t, CURL *easy);
void net_curl_drop(struct task *t, CURL *easy); /* removes and frees; NULL is fine */
CURL *net_curl_new(struct err *e);              /* an easy handle with what every one needs */
void net_curl_none(struct err *e);              /* when there is none */
void net_curl_trust(CURL *easy,
                    struct arena *a); /* trust.c: the system's certificates, or the environment's */
int64_t net_now_us(void);
void net_pretend_sleep(struct net *net, int64_t ms); /* for tests: as if the machine had slept */
void net_pretend_stop(struct net *net, int64_t ms);  /* as if we had been stopped since then */

/* http_error.c: what the library says, in words. host is what was asked, with its port. */
bool net_curl_is_asking(CURL *easy); /* connected, agreed, and the request has begun to leave */
void net_curl_error(CURL *easy, CURLcode code, const char *host, const char *words, struct err *e);

/* Another way to the same URL: a proxy of the request's own, a certificate of another name. False
 * with *e filled when it says something odd. Both lists stay the caller's. */
bool net_via(CURL *easy, const struct http_request *r, struct arena *a, struct curl_slist **headers,
             struct curl_slist **connect_to, struct err *e);

#endif
