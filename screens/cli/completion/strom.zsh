#compdef strom
# zsh completion for strom. Everything that is offered comes from strom itself (strom __complete),
# which never asks, and answers or gives up within seconds.
_strom() {
    local line kind= program=${(Q)words[1]}
    local -a values shown

    [[ $program == '~/'* ]] && program=$HOME/${program#'~/'}
    while IFS= read -r line; do
        if [[ -z $kind ]]; then
            kind=$line
            continue
        fi
        values+=("${line%%$'\t'*}")
        shown+=("${line%%$'\t'*}  ${line#*$'\t'}")
    done < <($program __complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null </dev/null)
    case $kind in
    :files)
        compset -P '--*='
        _files
        ;;
    :folders)
        compset -P '--*='
        _files -/
        ;;
    :nospace) compadd -S '' -l -d shown -a values ;;
    *) compadd -l -d shown -a values ;;
    esac
}
if [[ $funcstack[1] == _strom ]]; then
    _strom "$@"
else
    compdef _strom strom
fi
