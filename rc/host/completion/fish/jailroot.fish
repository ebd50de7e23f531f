# SPDX-License-Identifier: BSD-2-Clause
# fish: completes the command line of jailroot(8).

complete -c jailroot -f
complete -c jailroot -a '(__fish_complete_directories)'
complete -c jailroot -s b -r -F -d 'Build from this file'
complete -c jailroot -s h -l help -d 'Print the usage'
complete -c jailroot -s q -d 'Tell only what is wrong'
complete -c jailroot -s t -x -a 'busybox debian freebsd' -d 'Kind of root'
complete -c jailroot -s u -d 'Update the root'
complete -c jailroot -s V -l version -d 'Print the version'
