# fish completion for sekishoctl(1): asks the program itself.
function __sekishoctl_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in (sekishoctl __complete $words[2..-1] 2>/dev/null)
        if test "$line" = ":files"; or string match -q ":files	*" -- $line
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c sekishoctl -f -a '(__sekishoctl_complete)'
