#ifndef TESTS_E2E_RELAY_H
#define TESTS_E2E_RELAY_H

/* A network that can be cut: a port of our own on loopback that passes on to another one. While it
 * is cut, connections that were open are broken and new ones refused. It begins cut: start the
 * program that is to use it, then mend it, so that no copy of the port listens on. */

struct relay;

struct relay *relay_start(int to_port); /* aborts when it cannot */
int relay_port(const struct relay *r);
void relay_cut(struct relay *r);
void relay_hush(
    struct relay *r); /* connections are taken, and nothing comes of them until mended */
void relay_mend(struct relay *r); /* on the same port again */
void relay_stop(struct relay *r); /* NULL is fine */

#endif
