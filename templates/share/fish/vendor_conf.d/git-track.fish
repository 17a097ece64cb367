# Completion of git track for fish.  Candidates come from git-track itself, so they are always those of the
# version that is installed.  It belongs in conf.d: of `git track` fish looks for git's completions only.

# Print the words after `git track` or `git-track`; fail where another command of git is being typed.
function __git_track_words
    set -l words (commandline -opc)
    set -l at 2
    if test "$words[1]" = git
        while string match -q -- '-*' "$words[$at]"
            contains -- $words[$at] -C -c --git-dir --work-tree --namespace
            and set at (math $at + 1)
            set at (math $at + 1)
        end
        test "$words[$at]" = track
        or return 1
        set at (math $at + 1)
    end
    string unescape -- $words[$at..-1]
    return 0
end

function __git_track_complete
    # What is typed may have an open quote, or spaces with backslashes.
    set -l current (commandline -ct | string replace -ra '^[\'"]|\\\\(.)' '$1')
    for line in (git-track __complete -- (__git_track_words) "$current" 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end

complete -c git-track -f -a '(__git_track_complete)'
complete -c git -n '__git_track_words >/dev/null' -f -a '(__git_track_complete)'
complete -c git -n __fish_use_subcommand -f -a track -d 'ML experiment tracking'
