#include "tests/sandbox/sandbox.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void sandbox_init(struct sandbox *s)
{
    memset(s, 0, sizeof(*s));
    s->speed = 1;
    int wrong = pthread_mutex_init(&s->facts.lock, NULL);
    assert(wrong == 0);
    (void)wrong;
}

void sandbox_done(struct sandbox *s)
{
    pthread_mutex_destroy(&s->facts.lock);
}

bool sandbox_password(struct sandbox *s, const char *user, char out[64])
{
    bool found = false;
    out[0] = '\0';
    pthread_mutex_lock(&s->facts.lock);
    for (size_t i = 0; i < s->facts.n_users && !found; i++) {
        if (strcmp(s->facts.users[i].name, user) != 0)
            continue;
        snprintf(out, 64, "%s", s->facts.users[i].password);
        found = true;
    }
    pthread_mutex_unlock(&s->facts.lock);
    return found;
}

bool sandbox_random(char *out, size_t digits)
{
    static const char hex[] = "0123456789abcdef";
    int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0;
    for (size_t i = 0; i < digits && ok; i++) {
        unsigned char byte;
        ok = read(fd, &byte, 1) == 1;
        out[i] = hex[ok ? byte & 15 : 0];
    }
    out[ok ? digits : 0] = '\0';
    if (fd >= 0)
        close(fd);
    return ok;
}

int64_t sandbox_ms(const struct sandbox *s, double seconds)
{
    double ms = seconds * 1000.0 / (s->speed > 0 ? s->speed : 1.0);
    return ms < 1.0 && seconds > 0 ? 1 : (int64_t)ms;
}
