# Completion of git track for fish.  Candidates come from git-track itself, so they are always those of the
# version that is installed.

function __git_track_complete
    set -l words (commandline -opc)
    if test "$words[1]" = git
        set words $words[3..-1]
    else
        set words $words[2..-1]
    end
    for line in (git-track __complete -- $words (commandline -ct) 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end

complete -c git-track -f -a '(__git_track_complete)'
complete -c git -n '__fish_seen_subcommand_from track' -f -a '(__git_track_complete)'
