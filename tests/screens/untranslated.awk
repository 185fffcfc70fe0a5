# Reads pages in the language of tests, in which each letter of ours has a mark on it, and prints the plain
# words that are neither in names.txt (the first file) nor look like data: cut short, with a sign inside, in
# capitals, or part of a command.
function complain(word) { print FILENAME ": " word; bad = 1 }

FNR == 1 { over = 0 }
FILENAME == ARGV[1] { if ($0 !~ /^#/) for (i = 1; i <= NF; i++) name[$i] = 1; next }
/^-- / { over = 1 }
over || / --[a-z]|gcloud |^ *strom [a-z]|^ *[-+>]? *-- / { next }
{
    gsub(/[^ ]*…|"[^"]*"/, " ")
    for (i = 1; i <= NF; i++) {
        word = $i
        if (word ~ /[^ -~]/) {                          # one of ours, or a sign beside a name
            sub(/^[^A-Za-z0-9_\/.]+/, "", word)
            sub(/[^A-Za-z0-9_\/]+$/, "", word)
            if (word ~ /[^ -~]/) continue
        }
        sub(/^[^A-Za-z0-9_\/.]+/, "", word)
        sub(/[^A-Za-z0-9_\/]+$/, "", word)
        if (word !~ /[A-Za-z][a-z]/) continue           # nothing to read, or capitals: SQL, states, roles
        if (word ~ /[A-Za-z0-9][-_.\/:@=(,<>"]+[A-Za-z0-9*(]/) continue # an identifier, a path, a command
        if (word ~ /[0-9_\/$=@\\]/) continue
        if (!(word in name)) complain(word)
    }
}
END { exit bad }
