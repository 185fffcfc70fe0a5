#include "api/google/jwt.h"

#include "api/base/json.h"
#include "api/base/tr.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

static void add_base64url(struct str *out, const unsigned char *p, size_t n)
{
    static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (size_t i = 0; i < n; i += 3) {
        unsigned v = (unsigned)p[i] << 16;
        if (i + 1 < n)
            v |= (unsigned)p[i + 1] << 8;
        if (i + 2 < n)
            v |= (unsigned)p[i + 2];
        size_t digits = n - i >= 3 ? 4 : n - i + 1;
        for (size_t d = 0; d < digits; d++)
            str_addc(out, set[v >> (18 - 6 * d) & 63]);
    }
}

static void add_part(struct str *out, const struct str *json)
{
    union {
        const char *text;
        const unsigned char *bytes;
    } u = {.text = str_text(json)};
    add_base64url(out, u.bytes, json->bytes);
}

static void write_claims(const struct credentials *c, int64_t now, struct str *out)
{
    struct str head = {0}, claims = {0};
    struct json_out o;
    json_begin(&o, &head, false);
    json_open_object(&o, NULL);
    json_put_string(&o, "alg", "RS256");
    json_put_string(&o, "typ", "JWT");
    if (*c->key_id)
        json_put_string(&o, "kid", c->key_id);
    json_close_object(&o);
    json_begin(&o, &claims, false);
    json_open_object(&o, NULL);
    json_put_string(&o, "iss", c->email);
    json_put_string(&o, "scope", "https://www.googleapis.com/auth/cloud-platform");
    json_put_string(&o, "aud", c->audience);
    json_put_int(&o, "iat", now);
    json_put_int(&o, "exp", now + 3600);
    json_close_object(&o);
    add_part(out, &head);
    str_addc(out, '.');
    add_part(out, &claims);
    str_done(&head);
    str_done(&claims);
}

/* A key with a passphrase must not make OpenSSL ask on the terminal. */
static int no_passphrase(char *buf, int size, int rwflag, void *ctx)
{
    (void)buf;
    (void)size;
    (void)rwflag;
    (void)ctx;
    return -1;
}

static EVP_PKEY *read_key(const struct secret *pem)
{
    const char *text = secret_reveal(pem);
    BIO *bio = BIO_new_mem_buf(text, (int)strlen(text));
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
    BIO_free(bio);
    if (key && EVP_PKEY_base_id(key) != EVP_PKEY_RSA) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    return key;
}

static bool sign(EVP_PKEY *key, const struct str *text, struct str *out)
{
    unsigned char signature[1024];
    size_t n = sizeof signature;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx && EVP_PKEY_size(key) <= (int)sizeof signature &&
              EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
              EVP_DigestSignUpdate(ctx, text->text, text->bytes) == 1 &&
              EVP_DigestSignFinal(ctx, signature, &n) == 1;
    EVP_MD_CTX_free(ctx);
    if (ok)
        add_base64url(out, signature, n);
    return ok;
}

bool jwt_sign(const struct credentials *c, int64_t now, struct str *out, struct err *e)
{
    struct str tail = {0};
    write_claims(c, now, out);
    EVP_PKEY *key = read_key(c->private_key);
    bool ok = key && sign(key, out, &tail);
    EVP_PKEY_free(key);
    ERR_clear_error();
    if (ok) {
        str_addc(out, '.');
        str_add(out, str_text(&tail));
    }
    str_done(&tail);
    if (ok)
        return true;
    err_set(e, ERR_DENIED, tr("Signing with the key of %s"), c->email);
    err_why(e, tr("its private_key is no RSA key without passphrase"));
    return err_hint(e, tr("get a new key file, or log in as a person; %s"), tr(CREDENTIALS_LOGIN));
}
