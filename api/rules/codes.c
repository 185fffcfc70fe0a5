/* Idents, codes, keys: letters and digits without spaces. */

#include "api/rules/codes.h"

#include "api/rules/numbers.h"

#include <string.h>

#define TEN(class, c)                                                                              \
    [(c)] = (class), [(c) + 1] = (class), [(c) + 2] = (class), [(c) + 3] = (class),                \
    [(c) + 4] = (class), [(c) + 5] = (class), [(c) + 6] = (class), [(c) + 7] = (class),            \
    [(c) + 8] = (class), [(c) + 9] = (class)
#define SIXTEEN(class, c)                                                                          \
    TEN(class, c), [(c) + 10] = (class), [(c) + 11] = (class), [(c) + 12] = (class),               \
                          [(c) + 13] = (class), [(c) + 14] = (class), [(c) + 15] = (class)

const uint8_t shape_classes[256] = {
    [' '] = SPACE,       ['\t'] = SPACE,      ['\n'] = SPACE,      ['\r'] = SPACE,
    ['@'] = AT,          ['.'] = DOT,         ['-'] = DASH,        [','] = PUNCT,
    ['!'] = PUNCT,       ['?'] = PUNCT,       [':'] = PUNCT,       [';'] = PUNCT,
    ['('] = PUNCT,       [')'] = PUNCT,       TEN(DIGIT, '0'),     TEN(UPPER, 'A'),
    TEN(UPPER, 'K'),     ['U'] = UPPER,       ['V'] = UPPER,       ['W'] = UPPER,
    ['X'] = UPPER,       ['Y'] = UPPER,       ['Z'] = UPPER,       TEN(LOWER, 'a'),
    TEN(LOWER, 'k'),     ['u'] = LOWER,       ['v'] = LOWER,       ['w'] = LOWER,
    ['x'] = LOWER,       ['y'] = LOWER,       ['z'] = LOWER,       SIXTEEN(WIDE, 0x80),
    SIXTEEN(WIDE, 0x90), SIXTEEN(WIDE, 0xa0), SIXTEEN(WIDE, 0xb0), SIXTEEN(WIDE, 0xc0),
    SIXTEEN(WIDE, 0xd0), SIXTEEN(WIDE, 0xe0), SIXTEEN(WIDE, 0xf0)};
#undef TEN
#undef SIXTEEN

static bool is_icpc(const char *s, size_t n)
{
    int code = n == 3 ? number_of(s + 1, 2) : -1;
    return strchr("ABDFHKLNPRSTUWXYZ", s[0]) && ((code >= 1 && code <= 29) || code >= 70);
}

/* M54, M545, M54.5, S52.51: a letter, two digits, at most two more behind a dot. */
static bool is_diagnosis(const char *s, size_t n)
{
    if (n < 3 || n > 6 || class_at(s, 0) != UPPER || !is_digit(s[1]) || !is_digit(s[2]))
        return false;
    size_t at = 3;
    if (at < n && s[at] == '.')
        at++;
    else if (n == 3)
        return is_icpc(s, n) || strchr("CEGIJMOQ", s[0]) != NULL;
    size_t digits = n - at;
    for (; at < n; at++)
        if (!is_digit(s[at]))
            return false;
    return digits == 1 || digits == 2;
}

static bool is_navident(const char *s, size_t n)
{
    if (n != 7 || (class_at(s, 0) != UPPER && class_at(s, 0) != LOWER))
        return false;
    for (size_t i = 1; i < n; i++)
        if (!is_digit(s[i]))
            return false;
    return true;
}

static bool is_uuid(const char *s, size_t n)
{
    if (n != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-')
        return false;
    for (size_t i = 0; i < n; i++)
        if (i != 8 && i != 13 && i != 18 && i != 23 && !is_digit(s[i]) &&
            !((s[i] | 0x20) >= 'a' && (s[i] | 0x20) <= 'f'))
            return false;
    return true;
}

static bool is_ipv6(const char *s, size_t n)
{
    int colons = 0, run = 0;
    for (size_t i = 0; i < n; i++) {
        char c = (char)(s[i] | 0x20);
        if (s[i] == ':')
            colons++, run = 0;
        else if (is_digit(s[i]) || (c >= 'a' && c <= 'f')) {
            if (++run > 4)
                return false;
        } else {
            return s[i] == '/' && colons >= 2;
        }
    }
    return colons >= 2 && colons <= 7 && n >= 3;
}

/* As Folkeregisteret and PDL have it. FORTROLIG alone grades documents, too. */
static bool is_protection_word(const char *word)
{
    static const char *const words[] = {"strengtfortrolig",        "strengtfortroligutland",
                                        "strengtfortroligadresse", "fortroligadresse",
                                        "strictlyconfidential",    "strictlyconfidentialabroad"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

bool code_is_protection(const char *s, size_t n)
{
    enum { SHORTEST = 16, LONGEST = 32 };
    char word[LONGEST + 1];
    size_t bytes = 0;

    if (n < SHORTEST || n > LONGEST || ((s[0] | 0x20) != 's' && (s[0] | 0x20) != 'f'))
        return false;
    for (size_t i = 0; i < n; i++)
        if (class_at(s, i) == UPPER || class_at(s, i) == LOWER)
            word[bytes++] = (char)(s[i] | 0x20);
        else if (s[i] != '_' && s[i] != ' ' && s[i] != '-')
            return false;
    word[bytes] = '\0';
    return is_protection_word(word);
}

bool code_is_url_with_password(const char *s, size_t n)
{
    const char *end = s + n, *at = memchr(s, ':', n), *colon = NULL;
    if (at == NULL || end - at < 6 || at[1] != '/' || at[2] != '/')
        return false;
    for (at += 3; at < end && *at != '/' && *at != ' '; at++) {
        if (*at == ':' && colon == NULL)
            colon = at;
        if (*at == '@')
            return colon && at - colon > 1;
    }
    return false;
}

/* By their first byte, with a bar between them: most values begin with none of these. */
static const char *const secret_prefixes[128] = {
    ['-'] = "-----BEGIN ",
    ['y'] = "ya29.",
    ['A'] = "AKIA|ASIA|AIza|AccountKey=",
    ['g'] = "ghp_|gho_|ghs_|ghu_|ghr_|glpat-|github_pat_",
    ['x'] = "xoxb-|xoxp-|xoxa-|xoxs-",
    ['s'] = "sk_live_|sk-|shpat_|scrypt:",
    ['r'] = "rk_live_",
    ['$'] = "$2a$|$2b$|$2y$|$argon2|$1$|$5$|$6$",
    ['{'] = "{bcrypt}|{noop}|{SSHA}",
    ['p'] = "pbkdf2|pypi-",
    ['S'] = "SG.",
    ['n'] = "npm_",
    ['d'] = "dop_v1_|dckr_pat_",
    ['B'] = "Bearer |Basic ",
    ['h'] = "hvs.",
};

static bool begins_with_one(const char *s, size_t n, const char *prefixes)
{
    while (*prefixes) {
        const char *end = strchr(prefixes, '|');
        size_t bytes = end ? (size_t)(end - prefixes) : strlen(prefixes);
        if (n > bytes && memcmp(s, prefixes, bytes) == 0)
            return true;
        prefixes += bytes + (prefixes[bytes] == '|');
    }
    return false;
}

bool code_has_secret_prefix(const char *s, size_t n, const struct counts *c)
{
    unsigned char first = (unsigned char)s[0];

    if (n < 16)
        return false;
    if (first < sizeof secret_prefixes / sizeof secret_prefixes[0] && secret_prefixes[first] &&
        begins_with_one(s, n, secret_prefixes[first]))
        return true;
    return (memcmp(s, "eyJ", 3) == 0 && c->of[DOT] > 0) ||
           (c->of[AT] > 0 && code_is_url_with_password(s, n));
}

static const char inside_prefixes[] =
    "ghp_|gho_|ghs_|ghu_|ghr_|glpat-|github_pat_|xoxb-|xoxp-|xoxa-|xoxs-|sk_live_|rk_live_|shpat_|"
    "AKIA|ASIA|AIza|ya29.|pypi-AgE|npm_|dop_v1_|dckr_pat_|hvs.|sk-proj-|sk-ant-";

bool code_is_key_inside(const char *s, size_t n)
{
    enum { TOKEN = 30, FEW_DIGITS = 2 };
    size_t digits = 0, dots = 0;
    for (size_t i = 0; i < n; i++) {
        digits += is_digit(s[i]);
        dots += s[i] == '.' && i + 1 < n;
    }
    if (memcmp(s, "eyJ", 3) == 0)
        return dots > 0 && n >= TOKEN;
    return digits >= FEW_DIGITS && begins_with_one(s, n, inside_prefixes);
}

enum { DENSE = 32, DENSE_MOST = 512 };

/* Upper, lower and digits in one long run, with as many different characters as chance gives. */
static bool is_dense(const char *s, size_t n, const struct counts *c)
{
    if (n < DENSE || n > DENSE_MOST || c->of[SPACE] || c->of[WIDE] || c->of[UPPER] < n / 8 ||
        c->of[LOWER] < n / 8 || c->of[DIGIT] < 3)
        return false;
    bool seen[128] = {false};
    size_t different = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char b = (unsigned char)s[i];
        if (shape_classes[b] == OTHER && strchr("+/=_~", b) == NULL)
            return false;
        different += !seen[b];
        seen[b] = true;
    }
    return different >= 20;
}

/* Z999999, M54.5, AB-12: what idents and diagnoses are a share of. */
static bool is_coded(const char *s, size_t n, const struct counts *c)
{
    enum { LONGEST = 16 };
    return n >= 3 && n <= LONGEST && c->of[DIGIT] > 0 && c->of[UPPER] + c->of[LOWER] > 0 &&
           (class_at(s, 0) == UPPER || class_at(s, 0) == LOWER) &&
           c->of[DIGIT] + c->of[UPPER] + c->of[LOWER] + c->of[DOT] + c->of[DASH] == n;
}

/* NO974760673MVA */
static bool is_vat_number(const char *s, size_t n)
{
    if ((n != 11 && n != 14) || memcmp(s, "NO", 2) != 0)
        return false;
    for (size_t i = 2; i < 11; i++)
        if (!is_digit(s[i]))
            return false;
    return (n == 11 || memcmp(s + 11, "MVA", 3) == 0) && value_is_orgnr(s + 2);
}

static uint64_t known_code(const char *s, size_t n, const struct counts *c)
{
    if (is_vat_number(s, n))
        return BIT(ORGNR) | BIT(NINE_DIGITS);
    if (is_uuid(s, n))
        return BIT(UUID);
    if (is_navident(s, n))
        return BIT(NAVIDENT);
    if (is_diagnosis(s, n))
        return BIT(DIAGNOSIS) | (c->of[DOT] ? BIT(DIAGNOSIS_DOTTED) : 0);
    if (c->of[UPPER] >= 2 && number_is_iban(s, n))
        return BIT(IBAN);
    if (c->of[PUNCT] >= 2 && is_ipv6(s, n))
        return BIT(IP) | BIT(DOTTED);
    return is_dense(s, n, c) ? BIT(SECRET) : 0;
}

static uint64_t shape_of(const char *s, size_t n, const struct counts *c)
{
    if (!is_coded(s, n, c))
        return 0;
    uint64_t dotted = c->of[DOT] ? BIT(CODE) | BIT(CODE_DOTTED) : BIT(CODE);
    return c->of[DIGIT] >= 3 && c->of[DIGIT] + 1 == n ? dotted | BIT(LETTER_NUMBER) : dotted;
}

uint64_t code_classify(const char *s, size_t n, const struct counts *c)
{
    return known_code(s, n, c) | shape_of(s, n, c);
}
