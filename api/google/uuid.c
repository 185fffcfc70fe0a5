#include "api/google/exchange.h"
#include "api/google/operation.h"

#include <assert.h>
#include <fcntl.h>
#include <unistd.h>

static void random_bytes(unsigned char *out, size_t n)
{
    int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    size_t at = 0;
    while (fd >= 0 && at < n) {
        ssize_t got = read(fd, out + at, n - at);
        if (got <= 0)
            break;
        at += (size_t)got;
    }
    if (fd >= 0)
        close(fd);
    assert(at == n); /* a machine without it cannot speak TLS either */
}

uint64_t google_random(void)
{
    unsigned char b[8] = {0};
    random_bytes(b, sizeof b);
    uint64_t n = 0;
    for (size_t i = 0; i < sizeof b; i++)
        n = n << 8 | b[i];
    return n;
}

const char *google_uuid(char out[GOOGLE_UUID_TEXT])
{
    unsigned char b[16] = {0};
    random_bytes(b, sizeof b);
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    static const char hex[] = "0123456789abcdef";
    size_t at = 0;
    for (size_t i = 0; i < sizeof b; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            out[at++] = '-';
        out[at++] = hex[b[i] >> 4];
        out[at++] = hex[b[i] & 0x0f];
    }
    out[at] = '\0';
    return out;
}
