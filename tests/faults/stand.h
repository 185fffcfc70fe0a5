#ifndef TESTS_FAULTS_STAND_H
#define TESTS_FAULTS_STAND_H

/* The stand-in for Google, on paper. Apart from world.h because the client and the stand-in share
 * names, and nothing else. */

#include <stdbool.h>

struct stand;

struct stand_options {
    const char *folder;   /* for the request log, requests.jsonl */
    const char *password; /* of the database user datastream */
    const char *refresh;  /* its token of control calls; the refresh token is made of it */
    bool running;         /* all is there, and a stream of two tables runs; else a fresh project */
    bool stream_lost, machine_down; /* of that */
    bool machine_rebuilt, stream_paused, copying;
};

struct stand *stand_open(const struct stand_options *o);
void stand_close(struct stand *s);
/* What the options tell of a stream that is there has happened to it now. */
void stand_befall(struct stand *s, const struct stand_options *what);
/* A credentials file: of the person, of an account with that private key (PEM), or of the person
 * acting as the account. malloc'ed. STAND_MACHINE has none, but a metadata server; STAND_PLUGIN is
 * the person, whose kubeconfig names a program, STAND_PROXIED one whose kubeconfig names a proxy.
 */
enum stand_login {
    STAND_PERSON,
    STAND_ACCOUNT,
    STAND_IMPERSONATED,
    STAND_MACHINE,
    STAND_PLUGIN,
    STAND_PROXIED
};
char *stand_credentials(struct stand *s, enum stand_login login, const char *key);
/* A kubeconfig for the cluster behind that port of the wire; malloc'ed. */
char *stand_kubeconfig(struct stand *s, int port);
/* The cloud as it stands, without what differs from run to run. malloc'ed. */
char *stand_state(struct stand *s);

#endif
