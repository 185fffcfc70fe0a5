#include "tui/key.h"

#include "api/base/str.h"
#include "api/base/utf8.h"
#include "tui/theme.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
    int key;
    const char *name;
} names[] = {
    {TUI_UP, "Up"},       {TUI_DOWN, "Down"},      {TUI_LEFT, "Left"},
    {TUI_RIGHT, "Right"}, {TUI_HOME, "Home"},      {TUI_END, "End"},
    {TUI_PGUP, "PgUp"},   {TUI_PGDN, "PgDn"},      {TUI_INS, "Insert"},
    {TUI_DEL, "Del"},     {TUI_ENTER, "Enter"},    {TUI_ESC, "Esc"},
    {TUI_TAB, "Tab"},     {TUI_BTAB, "Shift-Tab"}, {TUI_BACKSPACE, "Backspace"},
    {TUI_SPACE, "Space"},
};
enum { NAMES = sizeof names / sizeof names[0] };

bool key_is_text(int key)
{
    return key >= 0x20 && key < 0x110000 && key != 0x7f && !(key >= 0x80 && key < 0xa0);
}

int key_as_motion(int key)
{
    switch (key) {
    case 'h':
        return TUI_LEFT;
    case 'j':
        return TUI_DOWN;
    case 'k':
        return TUI_UP;
    case 'l':
        return TUI_RIGHT;
    case 'g':
        return TUI_HOME;
    case 'G':
        return TUI_END;
    default:
        return key;
    }
}

const char *key_name(int key, char out[KEY_NAME])
{
    out[0] = '\0';
    for (size_t i = 0; i < NAMES; i++)
        if (names[i].key == key) {
            str_copy(out, KEY_NAME, names[i].name);
            return out;
        }
    if (key >= TUI_F1 && key <= TUI_F12)
        snprintf(out, KEY_NAME, "F%d", key - TUI_F1 + 1);
    else if (key > 0 && key < 0x20)
        snprintf(out, KEY_NAME, "Ctrl-%c", key + 0x40);
    else if (key_is_text(key)) {
        char bytes[5] = "";
        bytes[utf8_put(bytes, (uint32_t)key)] = '\0';
        str_copy(out, KEY_NAME, bytes);
    }
    return out;
}

static int function_key(const char *name)
{
    long long n;
    if ((name[0] == 'F' || name[0] == 'f') && str_int64(name + 1, 1, 12, &n))
        return TUI_F1 + (int)n - 1;
    return TUI_NONE;
}

const char *key_shown(int key, char out[KEY_NAME])
{
    const struct theme_words *w = theme_words();
    const char *name = key == TUI_SPACE   ? w->space
                       : key == TUI_UP    ? w->up
                       : key == TUI_DOWN  ? w->down
                       : key == TUI_LEFT  ? w->left
                       : key == TUI_RIGHT ? w->right
                                          : NULL;

    if (name == NULL)
        return key_name(key, out);
    str_copy(out, KEY_NAME, name);
    return out;
}

int key_of_name(const char *name)
{
    uint32_t cp;
    size_t n = strlen(name), used = utf8_next(name, n, &cp);
    if (n > 0 && used == n && key_is_text((int)cp))
        return (int)cp;
    for (size_t i = 0; i < NAMES; i++)
        if (strcasecmp(names[i].name, name) == 0)
            return names[i].key;
    if (strncasecmp(name, "Ctrl-", 5) == 0 && n == 6 && name[5] >= '@' && name[5] < 0x7f)
        return TUI_CTRL(name[5]);
    if (strcasecmp(name, "BackTab") == 0)
        return TUI_BTAB;
    return function_key(name);
}
