/* Functions of BigQuery's that SQLite lacks. */
#include "tests/sandbox/google/bigquery.h"

#include <stdlib.h>
#include <string.h>

/* --- SHA-256 (FIPS 180-4) --- */

enum { BLOCK = 64, WORDS = 8, ROUNDS = 64 };

static const uint32_t K[ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t turn(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

static void stretch(const unsigned char *block, uint32_t w[ROUNDS])
{
    for (size_t i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
               (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < ROUNDS; i++) {
        uint32_t a = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t b = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + a + w[i - 7] + b;
    }
}

static void mix(uint32_t h[WORDS], const unsigned char *block)
{
    uint32_t w[ROUNDS], v[WORDS];
    stretch(block, w);
    memcpy(v, h, sizeof v);
    for (int i = 0; i < ROUNDS; i++) {
        uint32_t e = turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25);
        uint32_t one = v[7] + e + ((v[4] & v[5]) ^ (~v[4] & v[6])) + K[i] + w[i];
        uint32_t a = turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22);
        uint32_t two = a + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, (WORDS - 1) * sizeof v[0]);
        v[4] += one;
        v[0] = one + two;
    }
    for (int i = 0; i < WORDS; i++)
        h[i] += v[i];
}

static void sha256(const unsigned char *data, size_t n, unsigned char out[32])
{
    uint32_t h[WORDS] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    unsigned char end[2 * BLOCK] = {0};
    size_t whole = n / BLOCK * BLOCK, left = n - whole, last = left < 56 ? BLOCK : 2 * BLOCK;
    for (size_t at = 0; at < whole; at += BLOCK)
        mix(h, data + at);
    if (left > 0)
        memcpy(end, data + whole, left);
    end[left] = 0x80;
    for (int i = 0; i < 8; i++)
        end[last - 1 - (size_t)i] = (unsigned char)((uint64_t)n * 8 >> (8 * i));
    for (size_t at = 0; at < last; at += BLOCK)
        mix(h, end + at);
    for (int i = 0; i < 32; i++)
        out[i] = (unsigned char)(h[i / 4] >> (24 - 8 * (i % 4)));
}

/* --- as functions --- */

static void call_sha256(sqlite3_context *c, int n, sqlite3_value **v)
{
    unsigned char out[32];
    const unsigned char *text = sqlite3_value_text(v[0]);
    (void)n;
    if (text == NULL)
        return; /* NULL of NULL */
    sha256(text, (size_t)sqlite3_value_bytes(v[0]), out);
    sqlite3_result_blob(c, out, sizeof out, SQLITE_TRANSIENT);
}

static void call_to_hex(sqlite3_context *c, int n, sqlite3_value **v)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *bytes = sqlite3_value_blob(v[0]);
    struct str out = {0};
    (void)n;
    for (int i = 0; bytes != NULL && i < sqlite3_value_bytes(v[0]); i++) {
        str_addc(&out, digits[bytes[i] >> 4]);
        str_addc(&out, digits[bytes[i] & 15]);
    }
    if (bytes != NULL)
        sqlite3_result_text(c, str_text(&out), -1, SQLITE_TRANSIENT);
    str_done(&out);
}

static void call_concat(sqlite3_context *c, int n, sqlite3_value **v)
{
    struct str out = {0};
    bool null = false;
    for (int i = 0; i < n; i++) {
        const unsigned char *text = sqlite3_value_text(v[i]);
        null = null || text == NULL;
        str_add(&out, text != NULL ? (const char *)text : "");
    }
    if (!null)
        sqlite3_result_text(c, str_text(&out), -1, SQLITE_TRANSIENT);
    str_done(&out);
}

/* "0x1f" or "31". */
static void call_int64(sqlite3_context *c, int n, sqlite3_value **v)
{
    const char *text = (const char *)sqlite3_value_text(v[0]);
    char *end = NULL;
    (void)n;
    if (text == NULL)
        return;
    bool hex = str_starts(text, "0x");
    long long number = strtoll(hex ? text + 2 : text, &end, hex ? 16 : 10);
    if (*end != '\0' || end == text)
        sqlite3_result_error(c, "Bad int64 value", -1);
    else
        sqlite3_result_int64(c, number);
}

void sql_add_functions(sqlite3 *db)
{
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
    sqlite3_create_function(db, "bq_sha256", 1, flags, NULL, call_sha256, NULL, NULL);
    sqlite3_create_function(db, "bq_to_hex", 1, flags, NULL, call_to_hex, NULL, NULL);
    sqlite3_create_function(db, "bq_concat", -1, flags, NULL, call_concat, NULL, NULL);
    sqlite3_create_function(db, "bq_int64", 1, flags, NULL, call_int64, NULL, NULL);
}
