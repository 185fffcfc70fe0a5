# bash completion for strom. Everything that is offered comes from strom itself (strom __complete),
# which never asks, and answers or gives up within seconds.
_strom() {
    local line kind offered
    local -a words=()
    local word joined=0 i

    # bash cuts words at = and at : too; strom wants them whole
    for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if ((${#words[@]} > 0 && joined)) || { ((${#words[@]} > 0)) && [[ $word == [=:]* ]]; }; then
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
        if [[ $word == *[=:] && $i -lt $COMP_CWORD ]]; then joined=1; else joined=0; fi
    done

    local current=${words[${#words[@]} - 1]} cut=
    if [[ $current == *[=:]* && $COMP_WORDBREAKS == *[=:]* ]]; then
        cut=${current%"${current##*[=:]}"}
    fi
    COMPREPLY=()
    kind=
    while IFS= read -r line; do
        if [[ -z $kind ]]; then
            kind=$line
            continue
        fi
        offered=${line%%$'\t'*}
        COMPREPLY+=("${offered#"$cut"}")
    done < <("${COMP_WORDS[0]/#\~/$HOME}" __complete -- "${words[@]}" 2>/dev/null </dev/null)
    case $kind in
    :files)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "${current#"$cut"}")
        ;;
    :folders)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -d -- "${current#"$cut"}")
        ;;
    :nospace) compopt -o nospace 2>/dev/null ;;
    esac
}
complete -F _strom strom
