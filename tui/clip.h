#ifndef STROM_TUI_CLIP_H
#define STROM_TUI_CLIP_H

/* What goes to the terminal beside the picture. Never hand a secret to these. */

#include "api/base/str.h"
#include "tui/term.h"

#include <stdbool.h>
#include <stddef.h>

enum { CLIP_MAX = 74994 }; /* what common terminals take, before base64 */
/* OSC 52: to tmux plain (its set-clipboard) and in its envelope (allow-passthrough), in screen's
 * envelope inside that. Whether the terminal takes it cannot be known. False when the text is too
 * long: show it instead. */
bool clip_copy(struct term *t, const char *text, size_t bytes);
void clip_bell(struct term *t);
/* OSC 9, or rxvt-unicode's 777, where the terminal is known to take it (else nothing), with a
 * bell. */
void clip_notify(struct term *t, const char *text);
/* The bytes of that, for a terminal that is written to in lines. */
void clip_notification(const char *text, struct str *out);

#endif
