#include "tests/faults/certificate.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

static bool name_it(X509 *x, const char *name, const X509 *issuer)
{
    X509_NAME *n = X509_get_subject_name(x);
    const unsigned char *text = (const unsigned char *)name;

    return X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_ASC, text, -1, -1, 0) == 1 &&
           X509_set_issuer_name(x, issuer ? X509_get_subject_name(issuer) : n) == 1;
}

static bool extend(X509 *x, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;

    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    bool ok = e && X509_add_ext(x, e, -1) == 1;
    X509_EXTENSION_free(e);
    return ok;
}

static X509 *begin(const char *name, X509 *issuer, EVP_PKEY *key, long from, long until)
{
    static long serial = 1000;
    X509 *x = X509_new();
    bool ok = x && X509_set_version(x, 2) == 1 &&
              ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial) == 1 &&
              X509_gmtime_adj(X509_getm_notBefore(x), from) &&
              X509_gmtime_adj(X509_getm_notAfter(x), until) && X509_set_pubkey(x, key) == 1 &&
              name_it(x, name, issuer);

    if (ok)
        return x;
    X509_free(x);
    return NULL;
}

bool authority_make(struct authority *a, const char *name)
{
    a->key = EVP_EC_gen("P-256");
    a->certificate = a->key ? begin(name, NULL, a->key, -86400, 86400) : NULL;
    return a->certificate &&
           extend(a->certificate, a->certificate, NID_basic_constraints, "critical,CA:TRUE") &&
           X509_sign(a->certificate, a->key, EVP_sha256()) > 0;
}

void authority_done(struct authority *a)
{
    X509_free(a->certificate);
    EVP_PKEY_free(a->key);
    a->certificate = NULL;
    a->key = NULL;
}

bool authority_write(const struct authority *a, const char *path)
{
    FILE *f = fopen(path, "w");
    bool ok = f && PEM_write_X509(f, a->certificate) == 1;

    if (f)
        ok = fclose(f) == 0 && ok;
    return ok;
}

SSL_CTX *authority_server(const struct authority *a, const char *address, long from, long until)
{
    char name[64];
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = key ? begin(address, a->certificate, key, from, until) : NULL;
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

    snprintf(name, sizeof name, "IP:%s", address);
    bool ok = x && ctx && extend(x, a->certificate, NID_subject_alt_name, name) &&
              X509_sign(x, a->key, EVP_sha256()) > 0 && SSL_CTX_use_certificate(ctx, x) == 1 &&
              SSL_CTX_use_PrivateKey(ctx, key) == 1;

    X509_free(x);
    EVP_PKEY_free(key);
    if (ok)
        return ctx;
    SSL_CTX_free(ctx);
    return NULL;
}

char *rsa_key(void)
{
    EVP_PKEY *key = EVP_RSA_gen(2048);
    BIO *out = BIO_new(BIO_s_mem());
    char *bytes = NULL, *text = NULL;

    if (key && out && PEM_write_bio_PKCS8PrivateKey(out, key, NULL, NULL, 0, NULL, NULL) == 1) {
        long n = BIO_get_mem_data(out, &bytes);
        text = strndup(bytes, (size_t)n);
    }
    BIO_free(out);
    EVP_PKEY_free(key);
    return text;
}
