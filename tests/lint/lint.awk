# Reads rules.txt and C files; prints every breach as file:line: what. Exit status 1 when there is one.
# Comments and string literals are taken out before words are looked at.

function complain(text) { printf "%s:%d: %s\n", FILENAME, FNR, text; bad = 1 }

function folder_of(f,    best, i, p, re) {
    best = ""
    for (i = 1; i <= n_allow; i++) {
        p = allow_at[i]
        if (p ~ /\*/) {
            re = "^" p "$"; gsub(/\./, "\\.", re); gsub(/\*/, "[^/]*", re)
            if (f ~ re && length(p) > length(best)) best = p
        } else if ((f == p || index(f, p "/") == 1) && length(p) > length(best)) best = p
    }
    return best
}

function foreign(h) { # a header that belongs to a library and therefore to one folder
    return h ~ /^(curl\/|cjson\/|libpq|sqlite3|openssl\/|yaml|utf8proc|curses|ncurses|ncursesw\/|term\.h|microhttpd|vterm|cmocka)/
}

# What one system alone has stands under an #if that names it or that system; or its absence is made good above.
function guarded(word,    i) {
    for (i = 1; i <= depth; i++)
        if (condition[i] ~ /__linux__|__APPLE__|SYS_/ || index(condition[i], word)) return 1
    return (word in made_good)
}

function read_condition(    i, n, names) {
    if ($0 ~ /^[ \t]*#[ \t]*if/) {
        condition[++depth] = $0
        if ($0 ~ /ifndef|! *defined/) {
            n = split($0, names, /[^A-Za-z_0-9]+/)
            for (i = 1; i <= n; i++) made_good[names[i]] = 1
        }
    } else if ($0 ~ /^[ \t]*#[ \t]*elif/) condition[depth] = condition[depth] $0
    else if ($0 ~ /^[ \t]*#[ \t]*endif/ && depth > 0) depth--
}

function check_include(    h, i, n, parts, ok, quoted) {
    if (match($0, /"[^"]+"/)) quoted = 1
    else if (match($0, /<[^>]+>/)) quoted = 0
    else return
    h = substr($0, RSTART + 1, RLENGTH - 2)
    if (!quoted && (h in guard) && !guarded(h)) complain(h " is not everywhere: it needs an #if and another way")
    if (!quoted && !foreign(h)) return
    if (mine == "") { complain("no rule for this folder in tests/lint/rules.txt"); return }
    n = split(allow_what[mine], parts, " ")
    for (i = 1; i <= n; i++) {
        if (quoted && index(h, parts[i]) == 1) ok = 1
        if (!quoted && (parts[i] == "<" || index("<" h ">", parts[i]) == 1)) ok = 1
    }
    if (!ok && quoted && own_header(h)) ok = 1
    if (!ok) complain(mine " may not include " h)
}

function own_header(h,    base) { # screens/connect.c may include screens/connect.h
    base = FILENAME; sub(/\.[ch]$/, ".h", base)
    return h == base
}

function strip(s) {
    gsub(/\\./, "", s)
    gsub(/"[^"]*"/, "\"\"", s)
    gsub(/'[^']*'/, "''", s)
    gsub(/\/\*[^*]*\*+([^\/*][^*]*\*+)*\//, " ", s)
    if (in_comment) { if (s ~ /\*\//) { sub(/^.*\*\//, "", s); in_comment = 0 } else return "" }
    sub(/\/\/.*/, "", s)
    if (s ~ /\/\*/) { sub(/\/\*.*/, "", s); in_comment = 1 }
    return s
}

function may(word, f,    i, n, list) {
    n = split(ban_but[word], list, " ")
    for (i = 1; i <= n; i++) if (index(f, list[i]) == 1) return 1
    return 0
}

function banned_here(word, f,    i, n, list) {
    if (ban_in[word] == "") return 1
    n = split(ban_in[word], list, ",")
    for (i = 1; i <= n; i++) if (index(f, list[i] "/") == 1) return 1
    return 0
}

FNR == 1 {
    if (file_lines > limit_file && file_name != "") { printf "%s: %d lines, at most %d\n", file_name, file_lines, limit_file; bad = 1 }
    file_name = FILENAME; in_comment = 0; in_function = 0; depth = 0; split("", made_good)
    reading_rules = (FILENAME ~ /rules\.txt$/)
    if (!reading_rules) mine = folder_of(FILENAME)
}
{ file_lines = FNR }
reading_rules { file_lines = 0 }
reading_rules && /^allow / {
    i = index($0, " : "); key = $2; n_allow++; allow_at[n_allow] = key; allow_what[key] = substr($0, i + 3); next
}
reading_rules && /^ban in / {
    but = ""; line = $0
    if ((i = index(line, " but ")) > 0) { but = substr(line, i + 5); line = substr(line, 1, i - 1) }
    n = split(substr(line, index(line, " : ") + 3), words, " ")
    for (i = 1; i <= n; i++) { ban[words[i]] = 1; ban_in[words[i]] = $3; ban_but[words[i]] = but }
    next
}
reading_rules && /^guard text / { guard_text = $3; ban_but[guard_text] = substr($0, index($0, " but ") + 5); next }
reading_rules && /^guard / {
    for (i = 2; i <= NF; i++) { guard[$i] = 1; if ($i !~ /\./) guard_words = guard_words (guard_words == "" ? "" : "|") $i }
    next
}
reading_rules && /^ban / { for (i = 2; i <= NF; i++) ban[$i] = 1; next }
reading_rules && /^limit file/ { limit_file = $3; next }
reading_rules && /^limit function/ { limit_function = $3; next }
reading_rules { next }

/^#[ \t]*(if|elif|endif)/ { read_condition() }
/^#[ \t]*include/ { check_include() }
index($0, guard_text) && !guarded(guard_text) && !may(guard_text, FILENAME) {
    complain(guard_text " is not everywhere: it needs another way")
}
{
    code = strip($0)
    if (code !~ /^#/ && code ~ guard_words) {
        n_words = split(code, words, /[^A-Za-z_0-9]+/)
        for (i = 1; i <= n_words; i++)
            if ((words[i] in guard) && !guarded(words[i])) complain(words[i] " is not everywhere: it needs an #if and another way")
    }
    if (code ~ /^{/) { in_function = 1; started = FNR }
    if (code ~ /^}/ && in_function) {
        in_function = 0
        if (FNR - started - 1 > limit_function) complain("a function of " (FNR - started - 1) " lines, at most " limit_function)
    }
    rest = code
    while (match(rest, /[A-Za-z_][A-Za-z_0-9]*[ \t]*\(/)) {
        word = substr(rest, RSTART, RLENGTH - 1); sub(/[ \t]+$/, "", word)
        if ((word in ban) && banned_here(word, FILENAME) && !may(word, FILENAME)) complain(word "() is banned here")
        rest = substr(rest, RSTART + RLENGTH)
    }
}
END {
    if (file_lines > limit_file) { printf "%s: %d lines, at most %d\n", file_name, file_lines, limit_file; bad = 1 }
    exit bad
}
