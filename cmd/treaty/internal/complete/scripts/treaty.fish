# Completion of treaty for fish: as treaty.fish in ~/.config/fish/completions, or: treaty completion fish | source
function __treaty_next
    set -l typed (commandline -opc) (commandline -ct | string unescape)
    test (count $typed) -gt (count (commandline -opc)); or set -a typed ''
    set -l answer ($typed[1] __complete words (math (count $typed) - 2) $typed[2..] 2>/dev/null)
    string join \n -- $answer[2..]
    switch "$answer[1]"
        case files
            __fish_complete_path $typed[-1]
        case directories
            __fish_complete_directories $typed[-1]
    end
end
complete -c treaty -f -a '(__treaty_next)'
