# SPDX-License-Identifier: BSD-2-Clause
# fish: completes the command line of jailctl(8).

set -l commands cancel exit halt poweroff ready reboot request shutdown status wait

# The administrator's own requests.
function __jailctl_requests
    for file in /etc/rc.request.d/*
        test -f "$file" -a -x "$file"; and string replace -r '.*/' '' -- "$file"
    end
end

complete -c jailctl -f
complete -c jailctl -n "not __fish_seen_subcommand_from $commands" -a "$commands"
complete -c jailctl -n '__fish_seen_subcommand_from request' -a '(__jailctl_requests)'
complete -c jailctl -n '__fish_seen_subcommand_from shutdown' -a '-c -h -k -p -r now +5'
complete -c jailctl -s c -r -F -d 'The FIFO'
complete -c jailctl -s f -r -F -d 'The status file'
complete -c jailctl -s h -l help -d 'Print the usage'
complete -c jailctl -s n -d 'Do not wait for the answer'
complete -c jailctl -s V -l version -d 'Print the version'
