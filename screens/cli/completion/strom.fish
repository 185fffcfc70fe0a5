# fish completion for strom. Everything that is offered comes from strom itself (strom __complete),
# which never asks, and answers or gives up within seconds.
function __strom_offers
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    set -e words[1]
    set -l lines (command $program __complete -- $words "$current" 2>/dev/null </dev/null)
    set -l kind $lines[1]
    set -e lines[1]
    set -l before (string match -r -- '^--[^=]*=' "$current")
    set -l path (string replace -r -- '^--[^=]*=' '' "$current")
    switch "$kind"
        case :files
            for found in (__fish_complete_path "$path")
                echo "$before$found"
            end
        case :folders
            for found in (__fish_complete_directories "$path")
                echo "$before$found"
            end
        case '*'
            string join \n -- $lines
    end
end
complete -c strom -f -a '(__strom_offers)'
