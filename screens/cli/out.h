#ifndef STROM_CLI_OUT_H
#define STROM_CLI_OUT_H

/* The only place that prints: results on stdout, talk on stderr, harmless both. */

#include "api/base/err.h"
#include "api/base/str.h"
#include "screens/cli/options.h"

#include <stdint.h>

struct net;

enum {
    OUT_FINE = 0,
    OUT_COULD_NOT = 1,
    OUT_WRONG = 2,
    OUT_NOT_YET = 3,
    OUT_REFUSED = 4,
    OUT_INTERRUPTED = 130
};
enum { OUT_LONG_MS = 30000 }; /* what took less needs no bell */

void out_result(const struct str *text); /* to stdout; a closed pipe ends quietly */
/* A line of a result, and one on stderr. Foreign words cannot make more lines of it, and fields
 * are as wide as they look: see safe_printf. */
void out_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void out_talk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Text of several lines, made of safe_printf or of lines that begin with a sign of ours. */
void out_lines(const char *text);
void out_talk_lines(const char *text);
/* The failure, in words or as the document of the contract; returns the exit code. */
int out_code(const struct err *e); /* the exit code of the contract for it */
int out_error(const struct options *o, const struct err *e);
/* A file that the command line names cannot be used: that is a wrong line, and it names the file.
 */
void out_wrong_file(struct err *e, const char *path, const char *hint);
/* The end of a stream of events: the error, if there is one, and the last line (contract, section
 * 6); as a line for people, too. */
void out_last(const struct options *o, const char *result, const char *stream, int64_t begun_ms,
              const struct err *e);
/* Fills *e for a question that was answered "no" (exit 1), or interrupted (130); always false. */
bool out_declined(struct err *e);
/* A line read from the terminal without an echo, or with one, while the net goes on: who reads long
 * before he answers finds his connections as they were. False at the end of input, by a signal, and
 * when it does not fit. The caller wipes. */
bool out_ask(struct net *net, const char *question, char *answer, size_t cap, bool secret);
/* A bell, and a notification where the terminal is known to take one: something long has ended, or
 * what is watched has changed. Only where what we say goes to a terminal, and not with --no-notify.
 */
void out_notify(const struct options *o, const char *text);
/* What was printed has left; a reader that went away, or a stdout that was never open, is no fault.
 * False: a full disk or the like, errno says. */
bool out_arrived(void);
bool out_can_ask(const struct options *o); /* a terminal is there and --no-input is not */

#endif
