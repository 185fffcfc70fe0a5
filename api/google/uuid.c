#include "api/base/clock.h"
#include "api/google/exchange.h"
#include "api/google/operation.h"

#include <openssl/rand.h>
#include <unistd.h>

/* For names of requests and for jitter: unlike any other will do, secret it need not be. */
static void unlike_any_other(unsigned char *out, size_t n)
{
    static uint64_t count;
    uint64_t x = (uint64_t)clock_wall_ms() << 20 ^ (uint64_t)getpid() << 42 ^ ++count << 8;
    for (size_t i = 0; i < n; i++) { /* splitmix64, a byte of each number */
        uint64_t z = x += UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        out[i] = (unsigned char)(z >> 56);
    }
}

/* The library asks the system without opening a file, where it can. */
static void random_bytes(unsigned char *out, size_t n)
{
    if (RAND_bytes(out, (int)n) != 1)
        unlike_any_other(out, n);
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
