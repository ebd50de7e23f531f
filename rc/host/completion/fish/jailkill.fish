# SPDX-License-Identifier: BSD-2-Clause
# fish: completes the command line of jailkill(8).

# By the columns that jailkill -l has.  Behind the root, two blanks and a
# parenthesis is a remark; a value with a backslash is not what it stands for,
# but made visible by vis(3).  A name that jailkill takes for something else, as
# "7" for a jid, is not offered.
function __jailkill_jails
    set -l columns
    set -lx PATH $PATH /usr/local/sbin /usr/sbin
    for line in (command jailkill -l 2>/dev/null)
        set -l rest (string split -m 1 '  (' -- $line)[1]
        if not set -q columns[1]
            set columns (string split -n ' ' -- $rest)
            continue
        end
        set -l named
        set -l root ''
        for column in $columns
            set rest (string trim -l -c ' ' -- "$rest")
            set -l value (string split -m 1 ' ' -- "$rest")
            if test "$column" = ROOT
                set root "$rest"
                string match -q '/*' -- "$rest"; and set -a named "$rest"
            else if test "$column" = PID
                set -a named "pid=$value[1]"
            else if test "$column" = JID
                set -a named "$value[1]"
            else if test "$column" = NAME
                string match -q -r '^[0-9]+$|^pid=|,' -- "$value[1]"
                or set -a named "$value[1]"
            end
            set rest "$value[2]"
        end
        for name in $named
            string match -q -r '^-|\\\\' -- "$name"
            or printf '%s\t%s\n' "$name" "$root"
        end
    end
end

complete -c jailkill -f
complete -c jailkill -a '(__jailkill_jails)'
complete -c jailkill -s A -d 'All jails of the caller'
complete -c jailkill -s a -d 'All jails that listen'
complete -c jailkill -s f -d 'Thaw and continue first'
complete -c jailkill -s h -d Halt
complete -c jailkill -s J -d 'Write JSON'
complete -c jailkill -s l -d 'List the jails'
complete -c jailkill -s n -d 'Print what would be done'
complete -c jailkill -s p -d 'Power off'
complete -c jailkill -s q -d 'Print only what went wrong'
complete -c jailkill -s R -x -d 'Ask for an own request'
complete -c jailkill -s r -d Reboot
complete -c jailkill -s s -x -d 'Send a signal' -a '(string split -n " " -- (kill -l))'
complete -c jailkill -s t -x -d 'Seconds for all jails together'
complete -c jailkill -s V -l version -d 'Print the version'
complete -c jailkill -s v -d 'Print each step'
complete -c jailkill -l help -d 'Print the usage'
