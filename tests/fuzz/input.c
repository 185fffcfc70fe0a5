/* Bytes of a keyboard: every key is one, nothing hangs, and it does not matter in which pieces they
 * come as long as no time passes. */

#include "tests/fuzz/fuzz.h"

#include "tui/input.h"
#include "tui/key.h"

#include <stdlib.h>
#include <string.h>

enum { PASTE_MAX = 300, KEYS_MAX = 2 * INPUT_BYTES, LATER = 100000 };

struct heard {
    int keys[KEYS_MAX];
    size_t n;
    struct str pastes;
};

static void check_key(const struct input *in, int key)
{
    char name[KEY_NAME];
    fuzz_must(key > 0 && key < TUI_UNKNOWN);
    fuzz_must(!(key >= 0x80 && key < 0xa0) && !(key >= 0xd800 && key < 0xe000));
    fuzz_must(in->n <= INPUT_BYTES && in->paste.bytes <= PASTE_MAX);
    fuzz_must(strlen(key_name(key, name)) < KEY_NAME);
    fuzz_must(key_as_motion(key_as_motion(key)) == key_as_motion(key));
    if (key != TUI_PASTE_KEY && key_is_text(key))
        fuzz_must(key_of_name(name) == key || key == TUI_SPACE);
}

static void listen(struct input *in, int64_t now, struct heard *h)
{
    for (int key; (key = input_next(in, now)) != TUI_NONE;) {
        check_key(in, key);
        fuzz_must(h->n < KEYS_MAX);
        h->keys[h->n++] = key;
        if (key == TUI_PASTE_KEY) {
            str_addn(&h->pastes, str_text(&in->paste), in->paste.bytes);
            str_addc(&h->pastes, '\0');
        }
    }
}

/* In pieces of `piece` bytes; then nothing more comes. */
static void hear(const char *bytes, size_t n, size_t piece, struct heard *h)
{
    struct input in;
    input_init(&in, PASTE_MAX);
    for (size_t at = 0; at < n;) {
        size_t some = n - at < piece ? n - at : piece;
        some = some < input_room(&in) ? some : input_room(&in);
        fuzz_must(some > 0);
        input_feed(&in, bytes + at, some, 0);
        at += some;
        listen(&in, 0, h);
    }
    for (int64_t now = LATER; input_deadline(&in) >= 0; now += LATER)
        listen(&in, now, h);
    fuzz_must(in.n == 0 && !in.pasting);
    input_done(&in);
}

/* Names of keys, as files and people write them. */
static void read_names(struct fuzz_input in)
{
    while (in.left > 0) {
        char *line = fuzz_line(&in), name[KEY_NAME];
        int key = key_of_name(line);
        fuzz_must(key == TUI_NONE || (key > 0 && key < TUI_UNKNOWN));
        if (key != TUI_NONE)
            fuzz_must(key_of_name(key_name(key, name)) == key || key == TUI_SPACE || key == ' ');
        free(line);
    }
}

/* What was typed ahead is forgotten, in whatever state it was. */
static void forget(const char *bytes, size_t n)
{
    struct input in;
    input_init(&in, PASTE_MAX);
    input_feed(&in, bytes, n < input_room(&in) ? n : input_room(&in), 0);
    (void)input_next(&in, 0);
    input_discard(&in);
    fuzz_must(input_next(&in, LATER) == TUI_NONE && input_deadline(&in) < 0);
    input_done(&in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct heard whole, pieces;
    char *bytes = fuzz_bytes(data, size);
    read_names((struct fuzz_input){data, size});
    forget(bytes, size);
    if (size <= INPUT_BYTES) {
        whole.n = pieces.n = 0;
        hear(bytes, size, INPUT_BYTES, &whole);
        hear(bytes, size, 1, &pieces);
        fuzz_must(whole.n == pieces.n);
        fuzz_must(memcmp(whole.keys, pieces.keys, whole.n * sizeof *whole.keys) == 0);
        fuzz_must(whole.pastes.bytes == pieces.pastes.bytes);
        fuzz_must(strcmp(str_text(&whole.pastes), str_text(&pieces.pastes)) == 0);
        str_done(&whole.pastes);
        str_done(&pieces.pastes);
    }
    free(bytes);
    return 0;
}
