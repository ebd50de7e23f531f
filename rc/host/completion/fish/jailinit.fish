# SPDX-License-Identifier: BSD-2-Clause
# fish: completes the command line of jailinit(8).

function __jailinit_command
    contains -- -- (commandline -opc)
end

complete -c jailinit -f
complete -c jailinit -n __jailinit_command -a '(__fish_complete_subcommand --fcs-skip=(contains -i -- -- (commandline -opc)))'
complete -c jailinit -n 'not __jailinit_command' -a -- -d 'A command begins'
complete -c jailinit -n 'not __jailinit_command' -s B -x -d 'Seconds from a request to the end'
complete -c jailinit -n 'not __jailinit_command' -s b -d 'Run in the background'
complete -c jailinit -n 'not __jailinit_command' -s c -r -F -d 'The FIFO'
complete -c jailinit -n 'not __jailinit_command' -s d -x -d 'Descriptor that is told of readiness'
complete -c jailinit -n 'not __jailinit_command' -s e -d 'End if rc fails'
complete -c jailinit -n 'not __jailinit_command' -s f -r -F -d 'The status file'
complete -c jailinit -n 'not __jailinit_command' -s g -d 'Signal the process group'
complete -c jailinit -n 'not __jailinit_command' -s k -x -d 'Seconds after KILL'
complete -c jailinit -n 'not __jailinit_command' -s l -x -a 'auto exit reexec reboot' -d 'How to leave'
complete -c jailinit -n 'not __jailinit_command' -s m -x -d 'Send another signal, from:to'
complete -c jailinit -n 'not __jailinit_command' -s q -x -d 'Seconds for an own request'
complete -c jailinit -n 'not __jailinit_command' -s R -r -F -d 'In place of /etc/rc.shutdown'
complete -c jailinit -n 'not __jailinit_command' -s r -r -F -d 'In place of /etc/rc'
complete -c jailinit -n 'not __jailinit_command' -s S -x -a '(string split -n " " -- (kill -l))' -d 'Signal that ends the command'
complete -c jailinit -n 'not __jailinit_command' -s s -x -d 'Seconds for rc.shutdown'
complete -c jailinit -n 'not __jailinit_command' -s t -x -d 'Seconds after TERM'
complete -c jailinit -n 'not __jailinit_command' -s x -x -d 'Exit statuses that count as 0'
complete -c jailinit -n 'not __jailinit_command' -s h -l help -d 'Print the usage'
complete -c jailinit -n 'not __jailinit_command' -s V -l version -d 'Print the version'
