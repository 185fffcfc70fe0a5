/* The cloud behind its socket. */
#include "tests/fuzz/kills_world.h"

#include "api/base/arena.h"
#include "api/base/clock.h"
#include "api/base/str.h"
#include "tests/sandbox/google/inside.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* macOS: SIGPIPE is ignored */
#endif

#define PASSWORD "flaggermus-i-skumring"
#define REFRESH  "kills9f3b27aa10c4"

enum { SPEED = 2000, BACKLOG = 128, WORD = 640 };

/* --- the whole --- */

static bool open_door(struct kills_world *w)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t n = sizeof at;

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    w->door = socket(AF_INET, SOCK_STREAM, 0);
    if (w->door < 0 || bind(w->door, (struct sockaddr *)&at, n) != 0 ||
        getsockname(w->door, (struct sockaddr *)&at, &n) != 0 || listen(w->door, BACKLOG) != 0)
        return false;
    w->port = ntohs(at.sin_port);
    fcntl(w->door, F_SETFD, FD_CLOEXEC);
    return fcntl(w->door, F_SETFL, O_NONBLOCK) == 0;
}

bool kills_open(struct kills_world *w, const char *argv0)
{
    const char *where = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    const char *slash = strrchr(argv0, '/');

    *w = (struct kills_world){.door = -1};
    for (int i = 0; i < KILLS_LINES; i++)
        w->lines[i].fd = -1;
    snprintf(w->victim, sizeof w->victim, "%.*s/fuzz_victim", slash ? (int)(slash - argv0) : 1,
             slash ? argv0 : ".");
    if (access(w->victim, X_OK) != 0)
        return false;
    snprintf(w->folder, sizeof w->folder, "%s/strom-kills-XXXXXX", where);
    return mkdtemp(w->folder) && open_door(w);
}

void kills_close(struct kills_world *w)
{
    kills_end(w);
    close(w->door);
    rmdir(w->folder);
}

/* --- a cloud --- */

static void write_file(const struct kills_world *w, const char *name, char *text)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", w->cell, name);
    FILE *f = fopen(path, "w");
    if (!f || fputs(text, f) < 0 || fclose(f) != 0 || chmod(path, 0600) != 0)
        abort();
    free(text);
}

void kills_begin(struct kills_world *w, bool running)
{
    struct stand_options o = {
        .folder = w->cell, .password = PASSWORD, .refresh = REFRESH, .running = running};

    kills_end(w);
    snprintf(w->cell, sizeof w->cell, "%s/cell", w->folder);
    if (mkdir(w->cell, 0700) != 0 || !(w->stand = stand_open(&o)))
        abort();
    w->replier = (struct replier){.g = stand_google(w->stand), .origin = ""};
    w->replier.g->s->speed = SPEED;
    write_file(w, "login.json", stand_credentials(w->stand, STAND_PERSON, NULL));
    write_file(w, "kubeconfig", stand_kubeconfig(w->stand, w->port));
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

static void hang_up(struct kills_line *l)
{
    if (l->fd >= 0)
        close(l->fd);
    str_done(&l->in);
    reply_done(&l->out);
    *l = (struct kills_line){.fd = -1};
}

void kills_forget_made(struct kills_world *w)
{
    for (unsigned i = 0; i < w->n_made; i++)
        mem_free(w->made[i]);
    w->n_made = 0;
    w->twice[0] = '\0';
}

void kills_end(struct kills_world *w)
{
    for (int i = 0; i < KILLS_LINES; i++)
        hang_up(&w->lines[i]);
    kills_forget_made(w);
    w->late = 0;
    stand_close(w->stand);
    w->stand = NULL;
    if (*w->cell)
        nftw(w->cell, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    *w->cell = '\0';
}

/* --- what is asked --- */

static bool is_whole(const struct str *in)
{
    const char *text = str_text(in), *end = strstr(text, "\r\n\r\n");
    const char *length = end ? strstr(text, "\r\nContent-Length:") : NULL;
    size_t body = length && length < end ? strtoul(length + 17, NULL, 10) : 0;

    return end && in->bytes >= (size_t)(end - text) + 4 + body;
}

/* "POST /HOST/PATH?QUERY" */
static void first_word(const struct str *in, char out[WORD])
{
    const char *text = str_text(in), *uri = strchr(text, ' ');
    size_t n = uri ? (size_t)(uri + 1 - text) + strcspn(uri + 1, " \r") : 0;

    snprintf(out, WORD, "%.*s", (int)(n < WORD ? n : WORD - 1), text);
}

static bool is_write(const char *word)
{
    static const char *const reads[] = {"oauth2.",         ":getIamPolicy", ":testIamPermissions",
                                        ":discover",       "validateOnly=", "/queries",
                                        "kubernetes/apis", "monitoring.",   "logging."};

    if (str_starts(word, "GET "))
        return false;
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++)
        if (strstr(word, reads[i]))
            return false;
    return true;
}

/* Where the same may be asked for as often as one likes; a second stream of one name is refused by
 * its operation. */
static bool makes(const char *word)
{
    return is_write(word) && str_starts(word, "POST ") && !strchr(strrchr(word, '/'), ':') &&
           !strstr(word, "batchEnable") && !strstr(word, "/streams?");
}

/* What was accepted a second time has been made twice, unless it was taken away between. */
static void note_made(struct kills_world *w, const char *word, const struct str *body,
                      const struct reply *out)
{
    char what[WORD + 128];
    const char *name = strstr(str_text(body), "\"name\":"), *request = strstr(word, "requestId=");

    if (!makes(word) || !str_starts(str_text(&out->text), "HTTP/1.1 2"))
        return;
    snprintf(what, sizeof what, "%.*s %.60s", request ? (int)(request - word) : (int)strlen(word),
             word, name ? name : "");
    for (unsigned i = 0; i < w->n_made; i++)
        if (str_eq(w->made[i], what) && !*w->twice)
            str_copy(w->twice, sizeof w->twice, what);
    if (w->n_made < KILLS_MADE)
        w->made[w->n_made++] = mem_str(what);
}

static void answer(struct kills_world *w, struct kills_line *l)
{
    char word[WORD];

    first_word(&l->in, word);
    size_t used = reply_make(&w->replier, &l->in, &l->out);
    note_made(w, word, &l->in, &l->out);
    if (l->out.due < clock_mono_ms() + w->delay_ms)
        l->out.due = clock_mono_ms() + w->delay_ms;
    memmove(l->in.text, l->in.text + used, l->in.bytes - used + 1);
    l->in.bytes -= used;
    l->busy = true;
    l->sent = 0;
}

/* --- the dead --- */

static void let_arrive(struct kills_world *w)
{
    for (struct kills_line *l = w->lines; l < w->lines + KILLS_LINES; l++) {
        if (!l->orphan)
            continue;
        while (is_whole(&l->in)) {
            answer(w, l);
            reply_done(&l->out);
        }
        hang_up(l);
    }
}

/* All that they have sent was sent; it arrives, be it late. */
void kills_bury(struct kills_world *w)
{
    char bytes[16384];

    for (struct kills_line *l = w->lines; l < w->lines + KILLS_LINES; l++) {
        if (l->fd < 0)
            continue;
        for (ssize_t n; (n = recv(l->fd, bytes, sizeof bytes, 0)) > 0;)
            str_addn(&l->in, bytes, (size_t)n);
        l->orphan = true;
        l->busy = false;
        reply_done(&l->out);
        if (!is_whole(&l->in))
            hang_up(l);
    }
    w->late = w->blow.later;
    if (w->late == 0)
        let_arrive(w);
}

/* The same is asked again now. */
static bool comes_now(const struct kills_world *w, const char *word, unsigned when)
{
    char theirs[WORD];

    for (const struct kills_line *l = w->lines; w->late == when && l < w->lines + KILLS_LINES;
         l++) {
        first_word(&l->in, theirs);
        if (l->orphan && is_write(theirs) && strncmp(theirs, word, strcspn(theirs, "?") + 1) == 0)
            return true;
    }
    return false;
}

/* --- the lines of the living --- */

/* Not while it is to wait for the others. */
static void ask_next(struct kills_world *w, struct kills_line *l)
{
    char word[WORD];

    if (l->busy || !is_whole(&l->in))
        return;
    first_word(&l->in, word);
    bool write = is_write(word);
    if (write && w->hold)
        return;
    w->asked++;
    w->writes += write;
    if (kills_is_time(w, write)) {
        if (w->blow.kind == BLOW_SENT)
            answer(w, l);
        kills_strike(w);
        if (l->fd < 0 || l->orphan || l->busy)
            return;
    }
    if (comes_now(w, word, KILLS_JUST_BEFORE))
        let_arrive(w);
    if (w->late > 0 && w->late < KILLS_JUST_BEFORE && --w->late == 0)
        let_arrive(w);
    answer(w, l);
    if (comes_now(w, word, KILLS_JUST_AFTER))
        let_arrive(w);
}

static void accept_all(struct kills_world *w)
{
    for (int fd; (fd = accept(w->door, NULL, NULL)) >= 0;) {
        struct kills_line *l = w->lines;
        while (l < w->lines + KILLS_LINES && l->fd >= 0)
            l++;
        if (l == w->lines + KILLS_LINES)
            abort();
        fcntl(fd, F_SETFD, FD_CLOEXEC);
        fcntl(fd, F_SETFL, O_NONBLOCK);
        l->fd = fd;
    }
}

static void read_some(struct kills_line *l)
{
    char bytes[16384];
    ssize_t n = recv(l->fd, bytes, sizeof bytes, 0);

    if (n > 0)
        str_addn(&l->in, bytes, (size_t)n);
    else if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
        hang_up(l);
}

static void send_some(struct kills_line *l)
{
    size_t left = l->out.text.bytes - l->sent;
    ssize_t n = send(l->fd, l->out.text.text + l->sent, left, MSG_NOSIGNAL);

    if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
        hang_up(l);
        return;
    }
    l->sent += n > 0 ? (size_t)n : 0;
    if (l->sent < l->out.text.bytes)
        return;
    reply_done(&l->out);
    l->busy = false;
}

static int until_due(const struct kills_world *w, int ms)
{
    int64_t now = clock_mono_ms();

    for (const struct kills_line *l = w->lines; l < w->lines + KILLS_LINES; l++)
        if (l->busy && l->out.due - now < ms)
            ms = l->out.due > now ? (int)(l->out.due - now) : 0;
    return ms;
}

void kills_serve(struct kills_world *w, int ms)
{
    struct pollfd fds[1 + KILLS_LINES + KILLS_CHILDREN];
    nfds_t n = 0;

    fds[n++] = (struct pollfd){w->door, POLLIN, 0};
    for (int i = 0; i < KILLS_LINES; i++)
        fds[n++] = (struct pollfd){w->lines[i].orphan ? -1 : w->lines[i].fd, POLLIN, 0};
    for (unsigned i = 0; i < w->n_children; i++)
        fds[n++] = (struct pollfd){w->children[i].over ? -1 : w->children[i].end, POLLIN, 0};
    poll(fds, n, until_due(w, ms));
    for (int i = 0; i < KILLS_LINES; i++) {
        struct kills_line *l = &w->lines[i];
        if (l->fd >= 0 && !l->orphan && fds[1 + i].revents)
            read_some(l);
        if (l->fd >= 0 && !l->orphan)
            ask_next(w, l);
        if (l->fd >= 0 && l->busy && l->out.due <= clock_mono_ms())
            send_some(l);
    }
    accept_all(w);
}

char *kills_state(struct kills_world *w)
{
    w->late = 0;
    let_arrive(w);
    return stand_state(w->stand);
}
