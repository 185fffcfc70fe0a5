#ifndef TESTS_FAULTS_CERTIFICATE_H
#define TESTS_FAULTS_CERTIFICATE_H

/* Certificates, made at run time. */

#include <openssl/ssl.h>
#include <stdbool.h>

struct authority {
    X509 *certificate;
    EVP_PKEY *key;
};

bool authority_make(struct authority *a, const char *name);
void authority_done(struct authority *a);
bool authority_write(const struct authority *a, const char *path); /* its certificate, PEM */
/* A server's context with a certificate for that address, which ran from `from` to `until`, seconds
 * from now. */
SSL_CTX *authority_server(const struct authority *a, const char *address, long from, long until);

/* A fresh RSA key as PEM, as it stands in an account's file. malloc'ed; NULL: none. */
char *rsa_key(void);

#endif
